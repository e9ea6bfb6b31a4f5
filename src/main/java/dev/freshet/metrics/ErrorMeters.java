package dev.freshet.metrics;

import dev.freshet.loading.LoadFailedException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts errors by kind. Kinds that nobody announced get a meter when they first occur; there are
 * few of them, and a bound makes sure of that.
 */
final class ErrorMeters {
  private static final int KINDS_MAX = 64;
  private static final String OTHER = "other";

  private final MeterRegistry registry;
  private final Map<String, Counter> counters = new ConcurrentHashMap<>();

  ErrorMeters(MeterRegistry registry) {
    this.registry = registry;
    counter(OTHER);
    for (LoadFailedException.Kind kind : LoadFailedException.Kind.values()) {
      counter(kind.name());
    }
  }

  void count(String kind) {
    counter(kind).increment();
  }

  /** How many there were of each kind that occurred. */
  Map<String, Object> occurred() {
    Map<String, Object> occurred = new TreeMap<>();
    counters.forEach(
        (kind, counter) -> {
          if (counter.count() > 0) {
            occurred.put(kind, (long) counter.count());
          }
        });
    return occurred;
  }

  private Counter counter(String kind) {
    String label = kind.toLowerCase(Locale.ROOT);
    boolean isKnown = counters.containsKey(label);
    return counters.computeIfAbsent(
        isKnown || counters.size() < KINDS_MAX ? label : OTHER,
        l ->
            Meters.counter(
                registry,
                "freshet.errors",
                "What failed, and was answered or tried again",
                "kind",
                l));
  }
}
