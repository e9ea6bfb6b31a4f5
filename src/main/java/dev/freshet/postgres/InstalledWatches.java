package dev.freshet.postgres;

import dev.freshet.eviction.WatchRules;
import dev.freshet.eviction.WatchRules.Rule;
import dev.freshet.postgres.WatchedTables.WatchedTable;
import dev.freshet.view.FeatureView;
import dev.freshet.view.Watch;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Compares the watches that are installed in the database with those of the configuration. */
final class InstalledWatches {
  private static final String WATCHES =
      """
      SELECT w.id::text, w.name, w.definition_hash, (w.retired_at IS NOT NULL)::text, v.name, v.definition_hash
        FROM freshet.watch AS w JOIN freshet.view AS v ON v.id = w.view_id
       ORDER BY w.name, w.id
      """;

  private final Map<String, FeatureView> views;
  private final Map<String, ConfiguredWatch> configured = new HashMap<>();

  /**
   * @param watch null for people
   */
  private record ConfiguredWatch(Rule rule, @Nullable Watch watch) {
    boolean isDefinedAs(String hash) {
      return watch == null || FeatureView.hash(watch.definition()).equals(hash);
    }

    /** A column that the watch needs and the table lacks. */
    Optional<String> missing(Set<String> columns) {
      return watch == null
          ? Optional.empty()
          : Stream.concat(watch.by().stream(), watch.columns().stream())
              .filter(column -> !columns.contains(column))
              .findFirst()
              .map(column -> watch.table() + " has no column " + column + " any more");
    }
  }

  InstalledWatches(List<FeatureView> views) {
    this.views = views.stream().collect(Collectors.toMap(FeatureView::name, Function.identity()));
    for (FeatureView view : views) {
      configured.put(
          WatchName.ofPeople(view.name()), new ConfiguredWatch(new Rule.EntityKeys(view), null));
      for (Watch watch : view.watches()) {
        Rule rule = watch.keys() != null ? new Rule.Mapped(view, watch) : new Rule.EntityKeys(view);
        configured.put(WatchName.of(view, watch), new ConfiguredWatch(rule, watch));
      }
    }
  }

  WatchRules read(Connection connection) throws SQLException {
    Map<Integer, WatchedTable> tables = WatchedTables.read(connection);
    Map<Integer, String> triggerDefects = InstalledTriggers.defects(connection);
    Map<Integer, Rule> rules = new HashMap<>();
    Map<String, String> defects = new HashMap<>();
    Map<String, String> shapes = new HashMap<>();
    Set<String> unmigrated = new HashSet<>(views.keySet());
    for (TextQuery.Row row : TextQuery.rows(connection, WATCHES)) {
      int id = row.number(0);
      FeatureView view = views.get(row.text(4));
      boolean isRetired = row.is(3);
      if (view != null && view.definitionHash().equals(row.text(5))) {
        unmigrated.remove(view.name());
      }
      Rule rule = isRetired ? retired(view) : inForce(row.text(1), row.text(2));
      if (rule != null) {
        rules.put(id, rule);
      }
      if (view != null && !isRetired) {
        WatchedTable table = tables.get(id);
        String shape = id + " " + (table == null ? "gone" : table.shape());
        shapes.merge(view.name(), shape, (all, next) -> all + "\n" + next);
        ConfiguredWatch watch = configured.get(row.text(1));
        Optional.ofNullable(triggerDefects.get(id))
            .map(why -> row.text(1) + ": " + why)
            .or(
                () ->
                    watch == null || table == null
                        ? Optional.empty()
                        : watch.missing(table.columns()))
            .ifPresent(why -> defects.putIfAbsent(view.name(), why));
      }
    }
    shapes.replaceAll((view, shape) -> FeatureView.hash(shape));
    return new WatchRules(rules, unmigrated, defects, shapes);
  }

  private static Rule retired(@Nullable FeatureView view) {
    return view == null ? new Rule.Nothing() : new Rule.WholeView(view);
  }

  private @Nullable Rule inForce(String name, String definitionHash) {
    ConfiguredWatch watch = configured.get(name);
    return watch != null && watch.isDefinedAs(definitionHash) ? watch.rule() : null;
  }
}
