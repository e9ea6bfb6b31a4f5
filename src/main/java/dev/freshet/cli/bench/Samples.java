package dev.freshet.cli.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Durations that were measured, every one of them up to a bound, and their figures. */
final class Samples {
  /** Further ones are left out, so that a run that goes wrong does not fill the memory. */
  private static final int COUNT_MAX = 1 << 20;

  private long[] nanos = new long[1_024];
  private int count;

  void add(long duration) {
    if (count == COUNT_MAX) {
      return;
    }
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count);
    }
    nanos[count++] = duration;
  }

  int count() {
    return count;
  }

  /**
   * Median, 90th and 99th percentile (nearest rank), maximum and mean, in milliseconds; empty if
   * nothing was measured.
   */
  Map<String, Double> figuresMs() {
    Map<String, Double> figures = new LinkedHashMap<>();
    if (count == 0) {
      return figures;
    }
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    figures.put("p50Ms", ms(percentile(sorted, 50)));
    figures.put("p90Ms", ms(percentile(sorted, 90)));
    figures.put("p99Ms", ms(percentile(sorted, 99)));
    figures.put("maxMs", ms(sorted[count - 1]));
    figures.put("meanMs", ms(Arrays.stream(sorted).sum() / count));
    return figures;
  }

  private static long percentile(long[] sorted, int percent) {
    int rank = (int) Math.ceil(sorted.length * percent / 100.0);
    return sorted[Math.max(0, rank - 1)];
  }

  private static double ms(long duration) {
    return TimeUnit.NANOSECONDS.toMicros(duration) / 1_000.0;
  }
}
