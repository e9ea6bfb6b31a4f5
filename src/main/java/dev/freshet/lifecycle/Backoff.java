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
  private long nextMs;

  public Backoff(Duration first, Duration last, RandomGenerator random) {
    this.firstMs = first.toMillis();
    this.lastMs = last.toMillis();
    this.random = random;
    this.nextMs = firstMs;
    if (firstMs < 1 || lastMs < firstMs) {
      throw new IllegalArgumentException("a backoff from %s to %s".formatted(first, last));
    }
  }

  /** The next wait, in milliseconds; at least half of {@code first}, at most {@code last}. */
  public long nextMs() {
    long ms = nextMs;
    nextMs = ms > lastMs / 2 ? lastMs : ms * 2;
    return ms - random.nextLong(ms / 2 + 1);
  }

  /** Starts from the first wait again. */
  public void reset() {
    nextMs = firstMs;
  }
}
