package dev.freshet.metrics;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What some timers have measured together, in milliseconds. */
final class Latencies {
  private final TreeMap<Double, Double> countsUpToMs = new TreeMap<>();
  private double count;
  private double recentMaxMs;

  Latencies(Collection<Timer> timers) {
    for (Timer timer : timers) {
      HistogramSnapshot snapshot = timer.takeSnapshot();
      count += snapshot.count();
      recentMaxMs = Math.max(recentMaxMs, snapshot.max(TimeUnit.MILLISECONDS));
      for (CountAtBucket bucket : snapshot.histogramCounts()) {
        countsUpToMs.merge(bucket.bucket(TimeUnit.MILLISECONDS), bucket.count(), Double::sum);
      }
    }
  }

  /** The figures as they stand in the stats; only the count if there is nothing else. */
  Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("count", (long) count);
    if (count > 0) {
      figures.put("p50", rounded(quantileMs(0.5)));
      figures.put("p99", rounded(quantileMs(0.99)));
      figures.put("recentMax", rounded(recentMaxMs));
    }
    return figures;
  }

  /**
   * A quantile since the start, as Prometheus estimates it: as if the values of a bucket were
   * spread evenly over it. What is above all buckets counts as the last one's bound.
   */
  double quantileMs(double quantile) {
    double rank = quantile * count;
    double lowerMs = 0;
    double below = 0;
    for (Map.Entry<Double, Double> bucket : countsUpToMs.entrySet()) {
      double upperMs = bucket.getKey();
      if (bucket.getValue() >= rank && bucket.getValue() > below) {
        if (Double.isInfinite(upperMs)) {
          return lowerMs;
        }
        return lowerMs + (upperMs - lowerMs) * (rank - below) / (bucket.getValue() - below);
      }
      lowerMs = Double.isInfinite(upperMs) ? lowerMs : upperMs;
      below = bucket.getValue();
    }
    return lowerMs;
  }

  private static double rounded(double ms) {
    return Math.round(ms * 1_000) / 1_000.0;
  }
}
