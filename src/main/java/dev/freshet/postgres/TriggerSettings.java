package dev.freshet.postgres;

import dev.freshet.eviction.RingMode;

/**
 * What all triggers of a configuration have in common.
 *
 * @param mode how writers wake the daemon
 * @param logBytesMax how large the change log may become before triggers write no more to it
 */
public record TriggerSettings(RingMode mode, long logBytesMax) {}
