package dev.freshet.loading;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * The bounds of a loader.
 *
 * @param statementsMax how many loads may run at once
 * @param batchKeysMax how many keys one load may ask for
 * @param keysPerSecond how many keys all loads together may ask for in a second; empty for no bound
 * @param waitingMax how many reads may be without their reply after the cache had nothing for them:
 *     they wait for a load, for the load of another reader, or for another loader's fill. Further
 *     misses fail at once
 * @param loadDeadline after which a load is given up
 * @param fillDeadline how long a fill may take; a lease lasts for both deadlines together
 * @param leaseWait how long to wait for another loader's fill before loading without filling
 */
public record LoaderSettings(
    int statementsMax,
    int batchKeysMax,
    OptionalInt keysPerSecond,
    int waitingMax,
    Duration loadDeadline,
    Duration fillDeadline,
    Duration leaseWait) {

  /** A document whose record is longer is handed out but not cached. In bytes. */
  static final int RECORD_BYTES_MAX = 32 << 20;

  public LoaderSettings {
    if (statementsMax < 1 || batchKeysMax < 1 || waitingMax < 1 || keysPerSecond.orElse(1) < 1) {
      throw new IllegalArgumentException("a loader's bounds are at least 1");
    }
  }

  /** The same bounds, with one load at a time. */
  LoaderSettings inTurn() {
    return new LoaderSettings(
        1, batchKeysMax, keysPerSecond, waitingMax, loadDeadline, fillDeadline, leaseWait);
  }

  Duration leaseTime() {
    return loadDeadline.plus(fillDeadline);
  }
}
