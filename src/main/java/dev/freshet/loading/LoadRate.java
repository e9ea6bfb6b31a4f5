package dev.freshet.loading;

import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How many keys a loader may load in a second, those of all its views together. What was not used
 * in the last tenth of a second may be used at once.
 */
final class LoadRate {
  private static final double BURST_SECONDS = 0.1;

  private final boolean isBounded;
  private final double keysPerNano;
  private final double burst;
  private final LongSupplier nanoTime;
  private double left;
  private long seenNanos;

  /**
   * @param keysPerSecond empty for no bound
   */
  LoadRate(OptionalInt keysPerSecond, LongSupplier nanoTime) {
    this.isBounded = keysPerSecond.isPresent();
    this.keysPerNano = (double) keysPerSecond.orElse(0) / TimeUnit.SECONDS.toNanos(1);
    this.burst = Math.max(1, keysPerSecond.orElse(0) * BURST_SECONDS);
    this.nanoTime = nanoTime;
    this.left = burst;
    this.seenNanos = nanoTime.getAsLong();
  }

  /** Takes as many keys as may be loaded now, and {@code wanted} at most. */
  synchronized int take(int wanted) {
    if (!isBounded) {
      return wanted;
    }
    refill();
    int taken = (int) Math.min(wanted, left);
    left -= taken;
    return taken;
  }

  /** How long until a key may be loaded, in nanoseconds. */
  synchronized long waitNanos() {
    if (!isBounded) {
      return 0;
    }
    refill();
    return left >= 1 ? 0 : (long) Math.ceil((1 - left) / keysPerNano);
  }

  private void refill() {
    long now = nanoTime.getAsLong();
    left = Math.min(burst, left + (now - seenNanos) * keysPerNano);
    seenNanos = now;
  }
}
