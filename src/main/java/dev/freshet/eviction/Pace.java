package dev.freshet.eviction;

/**
 * How long a daemon that is awake waits before it looks into the change log again.
 *
 * <p>While changes come one after another it lets some gather: each look costs the server and this
 * machine the same, however many rows it finds. From about {@value #CHANGES_PER_GATHER_MS} changes
 * a millisecond it waits longer and longer, up to {@value #GATHER_MS_MAX} ms, and leaves the
 * processors to writers; below, for little: looks are dear only to writers who write all the time.
 * The first changes after a silence do not wait. While it finds nothing, and cannot sleep because a
 * writer is under way, it looks less and less often.
 */
final class Pace {
  private static final long NAP_MS_MIN = 2;
  private static final long NAP_MS_MAX = 50;
  private static final int READS_WITHOUT_WAIT = 2;
  private static final long GATHER_MS_MIN = 2;
  private static final long GATHER_MS_MAX = 64;
  private static final int CHANGES_PER_GATHER_MS = 2;

  private int reads;
  private long napMs = NAP_MS_MIN;

  /**
   * A read found something.
   *
   * @param isCaughtUp whether that was all there was
   * @param changes how many rows of the change log it found
   * @return how long to wait, in milliseconds; 0 for not at all
   */
  long afterChangesMs(boolean isCaughtUp, long changes) {
    napMs = NAP_MS_MIN;
    reads = isCaughtUp ? reads + 1 : 0;
    long worthMs = Math.min(GATHER_MS_MAX, changes / CHANGES_PER_GATHER_MS);
    long gatherMs = Math.max(GATHER_MS_MIN, worthMs);
    return Math.max(0, Math.min(gatherMs, reads - READS_WITHOUT_WAIT));
  }

  /** A read found nothing. */
  void foundNothing() {
    reads = 0;
  }

  /** How long to wait while a writer is under way, in milliseconds. */
  long napMs() {
    long now = napMs;
    napMs = Math.min(NAP_MS_MAX, napMs * 2);
    return now;
  }
}
