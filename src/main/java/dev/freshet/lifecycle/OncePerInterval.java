package dev.freshet.lifecycle;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Lets each of a few subjects through once in an interval, so that what goes wrong a thousand times
 * a second is logged once.
 */
public final class OncePerInterval {
  private final long intervalNanos;
  private final LongSupplier nanoTime;
  private final Map<String, Long> lastBySubject = new HashMap<>();

  /**
   * @param nanoTime a clock that never goes back, as {@link System#nanoTime()}
   */
  public OncePerInterval(Duration interval, LongSupplier nanoTime) {
    this.intervalNanos = interval.toNanos();
    this.nanoTime = nanoTime;
  }

  /**
   * Whether it is this subject's turn; from then on not for the interval.
   *
   * @param subject one of a bounded number
   */
  public synchronized boolean isDue(String subject) {
    long now = nanoTime.getAsLong();
    Long last = lastBySubject.get(subject);
    if (last != null && now - last < intervalNanos) {
      return false;
    }
    lastBySubject.put(subject, now);
    return true;
  }
}
