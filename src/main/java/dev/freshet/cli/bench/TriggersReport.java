package dev.freshet.cli.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@link TriggersBench} found.
 *
 * @param settings what was asked for
 * @param environment what it ran on
 * @param table what was updated
 * @param variants figures of each variant
 * @param seconds how long the whole took
 */
public record TriggersReport(
    TriggersSettings settings,
    Map<String, Object> environment,
    Map<String, Object> table,
    List<Map<String, Object>> variants,
    double seconds) {

  /**
   * The report for programs.
   *
   * @param commandLine what was run
   */
  public Map<String, Object> toMap(String commandLine) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("bench", "triggers");
    map.put("command", commandLine);
    map.put(
        "measures",
        "microseconds of one transaction that updates one row, in a loop in the server");
    map.put("settings", settings.toMap());
    map.put("seed", settings.seed());
    map.put("table", table);
    map.put("seconds", Math.round(seconds));
    map.put("variants", variants);
    map.put("environment", environment);
    return map;
  }
}
