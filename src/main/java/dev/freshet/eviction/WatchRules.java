package dev.freshet.eviction;

import dev.freshet.view.FeatureView;
import dev.freshet.view.Watch;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the ids of watches in the change log mean, and which views are migrated as configured.
 *
 * @param byWatchId the rule of every watch that was ever installed
 * @param unmigrated the names of the configured views whose definition is not the database's
 */
public record WatchRules(Map<Integer, Rule> byWatchId, Set<String> unmigrated) {

  public WatchRules {
    byWatchId = Map.copyOf(byWatchId);
    unmigrated = Set.copyOf(unmigrated);
  }

  /** From a changed row's logged values to entity keys. */
  public sealed interface Rule {
    /** The logged values are entity keys. */
    record EntityKeys(FeatureView view) implements Rule {}

    /** The daemon asks Postgres which entities depend on the logged values. */
    record Mapped(FeatureView view, Watch watch) implements Rule {}

    /** The values were logged under a rule that is gone; only the whole view is safe. */
    record WholeView(FeatureView view) implements Rule {}

    /** The view was removed from the configuration on purpose, and its watches with it. */
    record Nothing() implements Rule {}
  }

  /** The rule of a watch; null if this daemon does not know it, so that it must not go on. */
  public @Nullable Rule of(int watchId) {
    return byWatchId.get(watchId);
  }
}
