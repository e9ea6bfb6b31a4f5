package dev.freshet.cli.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What {@link LatencyBench} found.
 *
 * @param settings what was asked for
 * @param environment what it ran on
 * @param pollRoundTrip figures of one {@code EXISTS}: how finely was measured
 * @param backgroundTps how many background updates a second there were
 * @param seconds how long the measuring took, without the warm-up
 * @param freshet Freshet's figures
 * @param naive the naive listener's figures
 */
public record LatencyReport(
    LatencySettings settings,
    Map<String, Object> environment,
    Map<String, Double> pollRoundTrip,
    double backgroundTps,
    double seconds,
    SideReport freshet,
    SideReport naive) {

  /**
   * One side's figures.
   *
   * @param measured how many updates
   * @param lost how many of them have no figure, because their key was there too long
   * @param commitToGone figures by name, in milliseconds
   * @param update figures of the update itself, from its sending to the commit's reply
   */
  public record SideReport(
      int measured, int lost, Map<String, Double> commitToGone, Map<String, Double> update) {
    Map<String, Object> toMap() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("updates", measured);
      map.put("lost", lost);
      map.putAll(commitToGone);
      map.put("update", update);
      return map;
    }
  }

  /**
   * The report for programs.
   *
   * @param commandLine what was run
   */
  public Map<String, Object> toMap(String commandLine) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("bench", "latency");
    map.put("command", commandLine);
    map.put("measures", "commit reply at the writer, to key gone from Redis");
    map.put("updatesPerSide", settings.updates());
    map.put("warmUpUpdatesPerSide", settings.warmUpUpdates());
    map.put("updatesPerBlock", LatencyBench.BLOCK_UPDATES);
    map.put("pauseMs", settings.pause().toString());
    map.put("lostAfterMs", EvictionTimer.LOST_AFTER_MS);
    map.put("backgroundTpsAsked", settings.backgroundTps());
    map.put("backgroundTps", backgroundTps);
    map.put("seconds", Math.round(seconds));
    map.put("freshet", freshet.toMap());
    map.put("naive", naive.toMap());
    map.put("freshetToNaive", ratios());
    map.put("pollRoundTrip", pollRoundTrip);
    map.put("environment", environment);
    return map;
  }

  private Map<String, Double> ratios() {
    Map<String, Double> ratios = new LinkedHashMap<>();
    freshet.commitToGone.forEach(
        (name, ms) -> {
          Double other = naive.commitToGone.get(name);
          if (other != null && other > 0) {
            ratios.put(name.replace("Ms", ""), Math.round(ms / other * 100) / 100.0);
          }
        });
    return ratios;
  }
}
