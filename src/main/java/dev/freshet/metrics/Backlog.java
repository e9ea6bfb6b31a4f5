package dev.freshet.metrics;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What is known of the changes that wait to be applied. The oldest of them grows older while
 * nothing is reported, so that a write path that is stuck cannot look healthy.
 */
final class Backlog {
  private record Report(long ageNanos, long rows, long atNanos) {}

  private final LongSupplier nanoTime;
  private volatile Report last;

  /**
   * @param nanoTime a clock that never goes back, as {@link System#nanoTime()}
   */
  Backlog(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.last = new Report(0, 0, nanoTime.getAsLong());
  }

  void report(Duration age, long rows) {
    last = new Report(Math.max(0, age.toNanos()), Math.max(0, rows), nanoTime.getAsLong());
  }

  long rows() {
    return last.rows();
  }

  /** The age of the oldest change that waits; zero if none does. */
  double ageSeconds() {
    Report report = last;
    if (report.rows() == 0 && report.ageNanos() == 0) {
      return 0;
    }
    return (report.ageNanos() + nanoTime.getAsLong() - report.atNanos()) / 1e9;
  }
}
