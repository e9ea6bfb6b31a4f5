package dev.freshet.cli.bench;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long to pause between two updates: each time a random while from a range.
 *
 * @param minMs 0 to {@code maxMs}
 * @param maxMs at most {@value #MAX_MS}
 */
public record PauseRange(int minMs, int maxMs) {
  private static final int MAX_MS = 10_000;
  private static final Pattern FORM = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");

  public PauseRange {
    if (minMs < 0 || maxMs < minMs || maxMs > MAX_MS) {
      throw new IllegalArgumentException(
          "a pause of %d to %d ms; write 0 to %d, the smaller first"
              .formatted(minMs, maxMs, MAX_MS));
    }
  }

  /**
   * Reads {@code 5} or {@code 1-20}, in milliseconds.
   *
   * @throws IllegalArgumentException if the text is of neither form, or out of range
   */
  public static PauseRange parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "`%s` is no pause; write milliseconds, as 5, or a range of them, as 1-20"
              .formatted(text));
    }
    int min = Integer.parseInt(matcher.group(1));
    return new PauseRange(min, matcher.group(2) == null ? min : Integer.parseInt(matcher.group(2)));
  }

  /** Pauses. */
  void pause() throws InterruptedException {
    long nanos =
        TimeUnit.MILLISECONDS.toNanos(minMs)
            + ThreadLocalRandom.current()
                .nextLong(TimeUnit.MILLISECONDS.toNanos(maxMs - minMs) + 1);
    TimeUnit.NANOSECONDS.sleep(nanos);
  }

  /** The form that {@link #parse} reads. */
  @Override
  public String toString() {
    return minMs == maxMs ? Integer.toString(minMs) : minMs + "-" + maxMs;
  }
}
