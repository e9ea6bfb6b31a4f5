package dev.freshet.metrics;

import dev.freshet.loading.LoadListener.RefusedFill;
import dev.freshet.loading.LoadListener.StaleAfter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** The meters of one view, all registered when this is made. */
final class ViewMeters {
  final Timer commitToEvict;
  final Counter changes;
  final Counter keylessRows;
  final Counter sweeps;
  final Counter sweptKeys;
  final Counter nearHits;
  final Counter hits;
  final Counter misses;
  final Counter staleHits;
  final Counter refreshes;
  final Counter absencesHit;
  final Counter absencesLoaded;
  final Counter behindReads;
  final Timer load;
  final Counter loads;
  final Counter loadedKeys;
  final Counter fills;
  final Map<RefusedFill, Counter> refusedFills = new EnumMap<>(RefusedFill.class);
  final Counter inspected;
  final Map<StaleAfter, Counter> stale = new EnumMap<>(StaleAfter.class);

  private final MeterRegistry registry;
  private final String view;

  ViewMeters(MeterRegistry registry, String view) {
    this.registry = registry;
    this.view = view;
    commitToEvict =
        timer("freshet.commit.to.evict", "From a change's row in the log to its keys' deletion");
    changes = counter("freshet.changes", "Rows of the change log that were applied");
    keylessRows = counter("freshet.keyless.rows", "Changed rows without a key");
    sweeps = counter("freshet.sweeps", "Evictions of the whole view");
    sweptKeys = counter("freshet.swept.keys", "Keys that sweeps deleted");
    nearHits = counter("freshet.near.hits", "Reads that the near cache answered");
    hits = counter("freshet.hits", "Look-ups that found a document");
    misses = counter("freshet.misses", "Look-ups that found nothing usable");
    staleHits =
        counter("freshet.stale.hits", "Look-ups that found the old value of what is refreshed");
    refreshes = counter("freshet.refreshes", "Changed entities that the daemon began to load anew");
    absencesHit = absences("redis");
    absencesLoaded = absences("postgres");
    behindReads = counter("freshet.behind.reads", "Reads answered while the daemon was behind");
    load = timer("freshet.load", "From sending a load's statement to its reply");
    loads = counter("freshet.loads", "Load statements");
    loadedKeys = counter("freshet.loaded.keys", "Keys that load statements asked for");
    fills = counter("freshet.fills", "Loaded values and absences that were stored");
    for (RefusedFill why : RefusedFill.values()) {
      refusedFills.put(
          why,
          counter(
              "freshet.refused.fills",
              "Loaded values and absences that were not stored",
              "reason",
              why.name().toLowerCase(Locale.ROOT)));
    }
    inspected = counter("freshet.inspected", "Cached keys that were compared with the database");
    for (StaleAfter after : StaleAfter.values()) {
      stale.put(
          after,
          counter(
              "freshet.stale",
              "Inspected keys that still held what had been replaced",
              "after",
              after.label()));
    }
  }

  private Counter absences(String source) {
    return counter("freshet.absences", "Look-ups and loads that found no entity", "source", source);
  }

  private Counter counter(String name, String description) {
    return Meters.counter(registry, name, description, "view", view);
  }

  private Counter counter(String name, String description, String label, String value) {
    return Meters.counter(registry, name, description, "view", view, label, value);
  }

  private Timer timer(String name, String description) {
    return Meters.timer(registry, name, description, "view", view);
  }
}
