package dev.freshet.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What {@link EvictBench} found.
 *
 * @param settings what was asked for
 * @param environment what it ran on
 * @param collector the daemon's
 * @param catchUp rounds in which a daemon that was away found all changes in the log
 * @param live rounds in which a daemon that was there was rung
 */
public record EvictReport(
    EvictSettings settings,
    Map<String, Object> environment,
    String collector,
    List<EvictRound> catchUp,
    List<EvictRound> live) {

  /**
   * The report for programs.
   *
   * @param commandLine what was run
   */
  public Map<String, Object> toMap(String commandLine) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("bench", "evict");
    map.put("command", commandLine);
    map.put("keys", settings.keys());
    map.put("transactions", settings.transactions());
    map.put("documentBytes", CachedItems.DOCUMENT_BYTES);
    Map<String, Object> daemon = new LinkedHashMap<>();
    daemon.put("heap", "-Xmx" + settings.heap());
    daemon.put("collector", collector);
    map.put("daemon", daemon);
    map.put(
        "catchUp",
        mode(
            "a daemon that was just started: from its first read of the change log to the link that covers the change",
            catchUp));
    if (!live.isEmpty()) {
      map.put(
          "live",
          mode(
              "a daemon that was asleep: from the commit's reply at the writer to the link that covers the change",
              live));
    }
    map.put("environment", environment);
    return map;
  }

  private static Map<String, Object> mode(String measures, List<EvictRound> rounds) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("measures", measures);
    map.put("keysPerSecondMedian", Math.round(median(rounds, EvictRound::keysPerSecond)));
    map.put(
        "daemonCpuMicrosPerKeyMedian",
        EvictRound.rounded(median(rounds, EvictRound::cpuMicrosPerKey)));
    map.put("rounds", rounds.stream().map(EvictRound::toMap).toList());
    return map;
  }

  private static double median(List<EvictRound> rounds, ToDoubleFunction<EvictRound> figure) {
    List<Double> sorted = new ArrayList<>(rounds.stream().map(figure::applyAsDouble).toList());
    sorted.sort(null);
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }
}
