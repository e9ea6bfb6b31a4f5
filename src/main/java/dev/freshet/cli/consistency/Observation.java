package dev.freshet.cli.consistency;

/**
 * What one read returned.
 *
 * @param key the row's
 * @param version that the document says; {@link Oracle#ABSENT} if there was none
 * @param startNanos before the read was asked for
 * @param endNanos after it was answered
 * @param isHit whether it came from Redis
 * @param isFlagged whether the loader said that it may be behind
 */
record Observation(
    int key, long version, long startNanos, long endNanos, boolean isHit, boolean isFlagged) {}
