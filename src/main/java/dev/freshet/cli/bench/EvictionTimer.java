package dev.freshet.cli.bench;

import dev.freshet.postgres.Session;
import dev.freshet.redis.RawRedis;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures the time from a commit to the moment when the row's key is gone from Redis.
 *
 * <p>The clock starts when the writer has the commit's reply, and stops when an {@code EXISTS} says
 * no; that is asked again and again on a connection of its own, with pauses that leave the
 * processors to those that are measured. So a figure is up to a pause and a round trip too long,
 * and never less than a round trip.
 */
final class EvictionTimer {
  /** A key that is still there after this is lost. */
  static final long LOST_AFTER_MS = 5_000;

  /** What the system makes of it is longer, by some 0.06 ms on Linux. */
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  private final RawRedis redis;
  private final Samples roundTrips;
  private long revision;

  /**
   * @param redis is used by nobody else
   * @param roundTrips is given how long each question took
   */
  EvictionTimer(RawRedis redis, Samples roundTrips) {
    this.redis = redis;
    this.roundTrips = roundTrips;
  }

  /**
   * One update.
   *
   * @param updateNanos how long the writer waited for the commit's reply
   * @param goneNanos how long the key stayed after that; empty if it is lost
   */
  record Measured(long updateNanos, OptionalLong goneNanos) {}

  /** Fills a key, changes its row, and waits until the key is gone. */
  Measured measure(Side side, Session writer, String imageId) {
    side.fill(imageId);
    long began = System.nanoTime();
    ImageTable.update(writer, imageId, ++revision);
    long committed = System.nanoTime();
    return new Measured(committed - began, awaitGone(side.cacheKey(imageId), committed));
  }

  private OptionalLong awaitGone(String cacheKey, long committed) {
    long deadline = committed + TimeUnit.MILLISECONDS.toNanos(LOST_AFTER_MS);
    for (long asked = committed; asked < deadline; ) {
      boolean isThere = redis.exists(cacheKey);
      long answered = System.nanoTime();
      roundTrips.add(answered - asked);
      if (!isThere) {
        return OptionalLong.of(answered - committed);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
      asked = System.nanoTime();
    }
    return OptionalLong.empty();
  }
}
