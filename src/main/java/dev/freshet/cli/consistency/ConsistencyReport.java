package dev.freshet.cli.consistency;

import dev.freshet.cli.consistency.Violation.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What {@link ConsistencyBench} found.
 *
 * @param settings what was asked for
 * @param environment what it ran on
 * @param seconds how long it took, from the first write to the last sweep
 * @param episodes each fault or pair
 * @param violations what must not happen
 * @param site where, at its end
 */
public record ConsistencyReport(
    ConsistencySettings settings,
    Map<String, Object> environment,
    double seconds,
    List<EpisodeResult> episodes,
    Violations violations,
    Site site) {
  /** With fewer hits a run says too little about the cache. */
  static final double HIT_RATE_MIN = 0.9;

  /** Whether there was no violation, and the run counts. */
  public boolean isPassed() {
    return violations.count() == 0 && site.oracle().undecided() == 0 && hitRate() >= HIT_RATE_MIN;
  }

  /** The part of hits among the reads that looked for one. */
  private double hitRate() {
    return site.loadCounts().hitRate();
  }

  /**
   * The report for programs.
   *
   * @param commandLine what was run
   */
  public Map<String, Object> toMap(String commandLine) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("bench", "consistency");
    map.put("command", commandLine);
    map.put("passed", isPassed());
    map.put("settings", settings.toMap());
    map.put("seconds", Math.round(seconds * 10) / 10.0);
    Map<String, Object> counts = new LinkedHashMap<>();
    for (Kind kind : Kind.values()) {
      counts.put(kind.name().toLowerCase(Locale.ROOT), violations.count(kind));
    }
    map.put("violations", counts);
    map.put("firstViolations", violations.first().stream().map(Violation::toMap).toList());
    map.put("checked", site.oracle().toMap());
    map.put("hitRate", Math.round(hitRate() * 1e4) / 1e4);
    map.put("loaders", site.loadCounts().toMap());
    map.put("workload", site.workload().toMap());
    map.put(
        "notInTime",
        episodes.stream()
            .filter(result -> !result.isInTime())
            .map(result -> result.episode().name())
            .toList());
    map.put("episodes", episodes.stream().map(EpisodeResult::toMap).toList());
    map.put("environment", environment);
    return map;
  }
}
