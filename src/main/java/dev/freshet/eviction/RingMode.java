package dev.freshet.eviction;

/** How writers wake the daemon. */
public enum RingMode {
  /** Writers ring only while the daemon sleeps. */
  DOORBELL,
  /** Writers always ring. */
  NOTIFY,
  /** Writers never ring. */
  POLL
}
