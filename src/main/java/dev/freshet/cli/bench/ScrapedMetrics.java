package dev.freshet.cli.bench;

import java.util.HashMap;
import java.util.Map;

/**
 * Metrics as a daemon published them.
 *
 * @param values by name and labels, as they stand in the text
 */
record ScrapedMetrics(Map<String, Double> values) {

  /** Reads Prometheus' text format. */
  static ScrapedMetrics parse(String text) {
    Map<String, Double> values = new HashMap<>();
    text.lines()
        .filter(line -> !line.isEmpty() && line.charAt(0) != '#')
        .forEach(
            line -> {
              int end = line.lastIndexOf(' ');
              values.put(line.substring(0, end), Double.parseDouble(line.substring(end + 1)));
            });
    return new ScrapedMetrics(values);
  }

  /**
   * How much a counter rose since an earlier look.
   *
   * @throws IllegalStateException if there is no such counter
   */
  double since(ScrapedMetrics earlier, String counter) {
    Double now = values.get(counter);
    if (now == null) {
      throw new IllegalStateException("the daemon publishes no metric " + counter);
    }
    return now - earlier.values.getOrDefault(counter, 0.0);
  }
}
