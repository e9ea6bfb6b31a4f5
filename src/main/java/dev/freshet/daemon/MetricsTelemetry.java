package dev.freshet.daemon;

import dev.freshet.eviction.EvictionLoop;
import dev.freshet.eviction.LoopStatus;
import dev.freshet.http.Telemetry;
import dev.freshet.metrics.FreshetMetrics;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What the process has measured, as the HTTP interface needs it. */
record MetricsTelemetry(FreshetMetrics metrics, EvictionLoop loop) implements Telemetry {

  @Override
  public String prometheusText() {
    return metrics.scrape();
  }

  @Override
  public Map<String, Object> stats() {
    Map<String, Object> stats = new LinkedHashMap<>();
    LoopStatus status = loop.status();
    stats.put("phase", status.phase().name().toLowerCase(Locale.ROOT));
    stats.put("detail", status.detail());
    stats.put("position", status.position().map(Object::toString).orElse(""));
    stats.putAll(metrics.stats());
    return stats;
  }
}
