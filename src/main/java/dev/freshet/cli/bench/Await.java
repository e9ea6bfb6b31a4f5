package dev.freshet.cli.bench;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting for what comes soon, or never. */
final class Await {
  private static final long SECONDS_MAX = 120;
  private static final long POLL_MS = 2;

  private Await() {}

  /**
   * Waits until something is so.
   *
   * @param complaint what to say if it is not within {@value #SECONDS_MAX} s
   * @throws BenchFailedException if it is not in time
   */
  static void until(BooleanSupplier isSo, Supplier<String> complaint) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
    while (!isSo.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new BenchFailedException(complaint.get());
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }
}
