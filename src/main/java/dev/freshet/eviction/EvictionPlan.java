package dev.freshet.eviction;

import dev.freshet.change.Change;
import dev.freshet.eviction.WatchRules.Rule;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import dev.freshet.view.MalformedKeyException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What some changes ask for: whole views, entities, and values that Postgres must map to entities
 * first. Each named once.
 */
record EvictionPlan(
    Set<FeatureView> wholeViews,
    Map<FeatureView, Set<EntityKey>> entities,
    Map<Rule.Mapped, Set<EntityKey>> unmapped) {

  /**
   * Plans some changes.
   *
   * @throws UnknownWatchException if a change is of a watch that has no rule
   */
  static EvictionPlan of(List<Change> changes, WatchRules rules) {
    EvictionPlan plan =
        new EvictionPlan(new LinkedHashSet<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
    for (Change change : changes) {
      Rule rule = rules.of(change.watchId());
      if (rule == null) {
        throw new UnknownWatchException(change.watchId());
      }
      plan.add(change, rule, rules::isUncached);
    }
    plan.wholeViews.forEach(plan.entities::remove);
    plan.unmapped.keySet().removeIf(mapped -> plan.wholeViews.contains(mapped.view()));
    return plan;
  }

  private void add(Change change, Rule rule, Predicate<FeatureView> isUncached) {
    List<String> keys = change.keys();
    if (rule instanceof Rule.Nothing) {
      return;
    }
    FeatureView view = viewOf(rule);
    if (isUncached.test(view)) {
      return; // it was swept, and will be again before it is filled
    }
    if (keys == null || rule instanceof Rule.WholeView) {
      wholeViews.add(view);
      return;
    }
    try {
      if (rule instanceof Rule.Mapped mapped) {
        Set<EntityKey> by = unmapped.computeIfAbsent(mapped, m -> new LinkedHashSet<>());
        for (String key : keys) {
          by.add(EntityKey.parse(key, mapped.watch().by().size()));
        }
      } else {
        Set<EntityKey> entityKeys = entities.computeIfAbsent(view, v -> new LinkedHashSet<>());
        for (String key : keys) {
          entityKeys.add(EntityKey.parse(key, view.key().arity()));
        }
      }
    } catch (MalformedKeyException e) {
      wholeViews.add(view); // written by hand into the log: only the whole view is safe
    }
  }

  static FeatureView viewOf(Rule rule) {
    if (rule instanceof Rule.EntityKeys entityKeys) {
      return entityKeys.view();
    } else if (rule instanceof Rule.Mapped mapped) {
      return mapped.view();
    } else if (rule instanceof Rule.WholeView wholeView) {
      return wholeView.view();
    }
    throw new IllegalArgumentException(rule + " is of no view");
  }
}
