package dev.freshet.metrics;

import io.micrometer.core.instrument.Counter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The figures of one view, for people. */
final class ViewStats {
  private final ViewMeters meters;

  ViewStats(ViewMeters meters) {
    this.meters = meters;
  }

  Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("nearHits", count(meters.nearHits));
    figures.put("hits", count(meters.hits));
    figures.put("absenceHits", count(meters.absencesHit));
    figures.put("misses", count(meters.misses));
    figures.put("staleHits", count(meters.staleHits));
    figures.put("hitRate", hitRate());
    figures.put("behindReads", count(meters.behindReads));
    figures.put("loads", count(meters.loads));
    figures.put("loadedKeys", count(meters.loadedKeys));
    figures.put("loadedAbsences", count(meters.absencesLoaded));
    figures.put("loadMs", new Latencies(List.of(meters.load)).figures());
    figures.put("fills", count(meters.fills));
    figures.put(
        "refusedFills", meters.refusedFills.values().stream().mapToLong(ViewStats::count).sum());
    figures.put("inspected", count(meters.inspected));
    meters.stale.forEach(
        (after, counter) -> figures.put("staleAfter" + after.label(), count(counter)));
    figures.put("changes", count(meters.changes));
    figures.put("keylessRows", count(meters.keylessRows));
    figures.put("refreshes", count(meters.refreshes));
    figures.put("sweeps", count(meters.sweeps));
    figures.put("sweptKeys", count(meters.sweptKeys));
    figures.put("commitToEvictMs", new Latencies(List.of(meters.commitToEvict)).figures());
    return figures;
  }

  /** The part of reads that a cache answered, absences among them; 0 if there were none. */
  private double hitRate() {
    double answered =
        meters.nearHits.count()
            + meters.hits.count()
            + meters.absencesHit.count()
            + meters.staleHits.count();
    double lookUps = answered + meters.misses.count();
    return lookUps == 0 ? 0 : Math.round(answered / lookUps * 10_000) / 10_000.0;
  }

  private static long count(Counter counter) {
    return (long) counter.count();
  }
}
