package dev.freshet.postgres;

import dev.freshet.eviction.WatchRules;
import dev.freshet.eviction.WatchRules.Rule;
import dev.freshet.view.FeatureView;
import dev.freshet.view.Watch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Compares the watches that are installed in the database with those of the configuration. */
final class InstalledWatches {
  private final Map<String, FeatureView> views;
  private final Map<String, Rule> ruleByWatchName = new HashMap<>();
  private final Map<String, String> hashByWatchName = new HashMap<>();

  InstalledWatches(List<FeatureView> views) {
    this.views = views.stream().collect(Collectors.toMap(FeatureView::name, Function.identity()));
    for (FeatureView view : views) {
      ruleByWatchName.put(WatchName.ofPeople(view.name()), new Rule.EntityKeys(view));
      for (Watch watch : view.watches()) {
        String name = WatchName.of(view, watch);
        boolean isMapped = watch.keys() != null;
        ruleByWatchName.put(
            name, isMapped ? new Rule.Mapped(view, watch) : new Rule.EntityKeys(view));
        hashByWatchName.put(name, FeatureView.hash(watch.definition()));
      }
    }
  }

  WatchRules read(Connection connection) throws SQLException {
    Map<Integer, Rule> rules = new HashMap<>();
    Set<String> migrated = new HashSet<>();
    try (PreparedStatement statement =
            connection.prepareStatement(
                """
                SELECT w.id, w.name, w.definition_hash, w.retired_at IS NOT NULL AS is_retired,
                       v.name AS view_name, v.definition_hash AS view_hash
                  FROM freshet.watch AS w JOIN freshet.view AS v ON v.id = w.view_id
                """);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        FeatureView view = views.get(row.getString("view_name"));
        if (view != null && view.definitionHash().equals(row.getString("view_hash"))) {
          migrated.add(view.name());
        }
        Rule rule =
            rule(
                view,
                row.getString("name"),
                row.getString("definition_hash"),
                row.getBoolean("is_retired"));
        if (rule != null) {
          rules.put(row.getInt("id"), rule);
        }
      }
    }
    Set<String> unmigrated = new HashSet<>(views.keySet());
    unmigrated.removeAll(migrated);
    return new WatchRules(rules, unmigrated);
  }

  private @Nullable Rule rule(
      @Nullable FeatureView view, String name, String definitionHash, boolean isRetired) {
    if (isRetired) {
      return view == null ? new Rule.Nothing() : new Rule.WholeView(view);
    }
    String expected = hashByWatchName.get(name);
    return expected == null || expected.equals(definitionHash) ? ruleByWatchName.get(name) : null;
  }
}
