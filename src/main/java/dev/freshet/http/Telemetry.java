package dev.freshet.http;

import java.util.Map;

/** What the process has measured. Is asked on a thread that may wait. */
public interface Telemetry {
  /** All metrics in Prometheus' text format, version 0.0.4. */
  String prometheusText();

  /** The figures of {@code GET /v1/stats}: texts, numbers, lists and maps of these. */
  Map<String, Object> stats();
}
