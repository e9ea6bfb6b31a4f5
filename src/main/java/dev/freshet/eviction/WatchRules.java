package dev.freshet.eviction;

import dev.freshet.view.FeatureView;
import dev.freshet.view.Watch;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the ids of watches in the change log mean, and how the database stands to the configured
 * views.
 *
 * @param byWatchId the rule of every watch that was ever installed
 * @param unmigrated the names of the views whose definition is not the database's
 * @param defects why the change log does not see all changes of a view, by its name; a view that is
 *     not named has all its triggers
 * @param shapes a hash of the shape of a view's tables, by its name: of all that tells that their
 *     rows may have changed without a trigger
 * @param isLogFull whether changes are missing from the change log, or may be when transactions of
 *     now have committed, so that no view with a watch may be cached
 */
public record WatchRules(
    Map<Integer, Rule> byWatchId,
    Set<String> unmigrated,
    Map<String, String> defects,
    Map<String, String> shapes,
    boolean isLogFull) {

  public WatchRules {
    byWatchId = Map.copyOf(byWatchId);
    unmigrated = Set.copyOf(unmigrated);
    defects = Map.copyOf(defects);
    shapes = Map.copyOf(shapes);
  }

  /** Rules for a change log from which nothing is missing. */
  public WatchRules(
      Map<Integer, Rule> byWatchId,
      Set<String> unmigrated,
      Map<String, String> defects,
      Map<String, String> shapes) {
    this(byWatchId, unmigrated, defects, shapes, false);
  }

  /** The same rules, for a change log that is full or not. */
  WatchRules whileLogIsFull(boolean isFull) {
    return isFull == isLogFull
        ? this
        : new WatchRules(byWatchId, unmigrated, defects, shapes, isFull);
  }

  /** Whether a view's changes are missing from the change log, so that it is not cached at all. */
  boolean isUncached(FeatureView view) {
    return isLogFull && !view.watches().isEmpty();
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

  /** The shape of a view's tables; empty if it watches none. */
  String shape(FeatureView view) {
    return shapes.getOrDefault(view.name(), "");
  }

  /**
   * What the chain is to hold as the view's definition. One that no loader has stops their fills.
   */
  String definition(FeatureView view) {
    if (unmigrated.contains(view.name())) {
      return "unmigrated";
    }
    if (defects.containsKey(view.name())) {
      return "defective";
    }
    return isUncached(view) ? "overflow" : view.definitionHash();
  }

  /** Why some views are not ready, for people; empty if all are. */
  String whatIsWrong() {
    Set<String> wrong = new TreeSet<>();
    unmigrated.forEach(view -> wrong.add("view " + view + " is not migrated as configured"));
    defects.forEach((view, why) -> wrong.add("view " + view + ": " + why));
    String whole = wrong.isEmpty() ? "" : String.join("; ", wrong) + "; run freshet migrate";
    if (!isLogFull) {
      return whole;
    }
    String full =
        "the change log is full (see postgres.change-log-max), or a transaction is still open that found it full or was prepared before a crash (see pg_prepared_xacts): nothing is cached until it has been emptied and they have ended";
    return whole.isEmpty() ? full : full + "; " + whole;
  }
}
