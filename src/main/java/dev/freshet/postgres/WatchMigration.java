package dev.freshet.postgres;

import dev.freshet.eviction.RingMode;
import dev.freshet.view.FeatureView;
import dev.freshet.view.Watch;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The SQL that installs a watch, or removes one that is no longer configured.
 *
 * <p>All of it is one transaction: the former definition is retired, the new one gets its id,
 * function and triggers, and a whole-view row is logged. CREATE TRIGGER's lock keeps writers of the
 * table out until that has committed, so no change falls between the rules. Triggers of the former
 * definition that the new ones did not replace, because they sit on another table, go with their
 * function.
 */
final class WatchMigration {
  private final String name;
  private final Watch watch;
  private final WatchSql sql;
  private final TriggerSettings settings;
  private final TableShape shape;

  WatchMigration(FeatureView view, Watch watch, TableShape shape, TriggerSettings settings) {
    this.name = WatchName.of(view, watch);
    this.watch = watch;
    this.sql = new WatchSql(name, watch, shape, settings);
    this.settings = settings;
    this.shape = shape;
  }

  /** A hash of the function and the triggers, whatever their id; 16 hexadecimal digits. */
  String sqlHash() {
    return FeatureView.hash(sql.createFunctions(0).toString() + sql.createTriggers(0));
  }

  /**
   * Whether an installed function is what the watch asks for: now, or as a part of another table. A
   * function for rows does on a table that stands alone as well.
   *
   * @param source of the function
   * @param id that it was installed with
   */
  boolean isServedBy(String source, int id) {
    WatchSql asPart = new WatchSql(name, watch, shape.asPartOfInheritance(), settings);
    return !source.isEmpty()
        && (sql.createFunction(id).contains(source) || asPart.createFunction(id).contains(source));
  }

  /**
   * Installs the watch.
   *
   * @param id its new one
   * @param viewId of its view
   * @param oldId of the definition in force; null if there is none
   */
  List<String> install(int id, int viewId, @Nullable Integer oldId) {
    List<String> statements = new ArrayList<>();
    if (oldId != null) {
      statements.add(retire(oldId));
    }
    statements.addAll(sql.createFunctions(id));
    statements.add(
        """
        INSERT INTO freshet.watch (id, view_id, name, relation, definition_hash, sql_hash)
        VALUES (%s, %s, %s, %s, %s, %s)"""
            .formatted(
                id,
                viewId,
                SqlLiteral.of(name),
                SqlLiteral.of(watch.table().toString()),
                SqlLiteral.of(FeatureView.hash(watch.definition())),
                SqlLiteral.of(sqlHash())));
    statements.addAll(sql.createTriggers(id));
    statements.addAll(evictWholeView(id));
    if (oldId != null) {
      statements.add(dropFunction(oldId));
    }
    return statements;
  }

  private List<String> evictWholeView(int id) {
    String row = "INSERT INTO freshet.change_log (watch_id, keys) VALUES (%s, NULL)".formatted(id);
    return settings.mode() == RingMode.POLL
        ? List.of(row)
        : List.of(row, "SELECT pg_notify('%s', '')".formatted(PostgresDoorbell.CHANNEL));
  }

  /** Removes a watch, wherever its triggers are. */
  static List<String> remove(int id) {
    return List.of(retire(id), dropFunction(id));
  }

  /** Says that no new row will come from a watch. */
  static String retire(int id) {
    return "UPDATE freshet.watch SET retired_at = now() WHERE id = %s AND retired_at IS NULL"
        .formatted(id);
  }

  /**
   * Drops a watch's function and with it the triggers that call it, on whatever table. Dropping a
   * trigger by its name would need the table's owner.
   */
  private static String dropFunction(int id) {
    return "DROP FUNCTION IF EXISTS freshet.%s(), freshet.%s() CASCADE"
        .formatted(WatchSql.functionName(id), WatchSql.keyFunctionName(id));
  }
}
