package dev.freshet.lifecycle;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: doubles from {@code first} to {@code last}, each wait drawn
 * from the upper half of its range, so that many clients do not return at once.
 */
public final class Backoff {
  private final long firstMs;
  private final long lastMs;
  private final RandomGenerator random;
  private int failures;

  public Backoff(Duration first, Duration last, RandomGenerator random) {
    this.firstMs = first.toMillis();
    this.lastMs = last.toMillis();
    this.random = random;
    if (firstMs < 1 || lastMs < firstMs) {
      throw new IllegalArgumentException("a backoff from %s to %s".formatted(first, last));
    }
  }

  /** The next wait, in milliseconds; at least half of {@code first}, at most {@code last}. */
  public long nextMs() {
    long ms = Math.min(lastMs, firstMs << Math.min(failures, 30));
    failures++;
    return ms - random.nextLong(ms / 2 + 1);
  }

  /** Starts from the first wait again. */
  public void reset() {
    failures = 0;
  }
}
