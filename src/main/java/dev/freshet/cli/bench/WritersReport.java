package dev.freshet.cli.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@link WritersBench} found.
 *
 * @param settings what was asked for
 * @param environment what it ran on
 * @param generator what updated single rows
 * @param table what was updated
 * @param singleRow figures of single-row updates
 * @param bulk figures of updates of many rows
 * @param targets what was wanted, and whether it was reached
 * @param seconds how long the whole took
 */
public record WritersReport(
    WritersSettings settings,
    Map<String, Object> environment,
    Map<String, Object> generator,
    Map<String, Object> table,
    List<Map<String, Object>> singleRow,
    List<Map<String, Object>> bulk,
    List<Map<String, Object>> targets,
    double seconds) {

  /**
   * The report for programs.
   *
   * @param commandLine what was run
   */
  public Map<String, Object> toMap(String commandLine) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("bench", "writers");
    map.put("command", commandLine);
    map.put("measures", "transactions a second at the writers; time of one statement");
    map.put("settings", settings.toMap());
    map.put("seed", settings.seed());
    map.put("generator", generator);
    map.put("table", table);
    map.put("seconds", Math.round(seconds));
    map.put("singleRow", singleRow);
    map.put("bulk", bulk);
    map.put("targets", targets);
    map.put("environment", environment);
    return map;
  }
}
