package dev.freshet.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a database says is installed in it: its views, and the watches that are in force.
 *
 * @param views by name, also those that were removed
 * @param watches in force, by name, also those of people
 * @param viewIdMax the highest id ever given to a view; 0 if none was
 * @param watchIdMax the highest id ever given to a watch; 0 if none was
 */
record Inventory(
    Map<String, InstalledView> views,
    Map<String, InstalledWatch> watches,
    int viewIdMax,
    int watchIdMax) {

  /** What {@code freshet.view} holds as the definition of a view that was removed. */
  static final String REMOVED = "removed";

  /** A row of {@code freshet.view}. */
  record InstalledView(int id, String definitionHash) {
    boolean isRemoved() {
      return definitionHash.equals(REMOVED);
    }
  }

  /**
   * A row of {@code freshet.watch}.
   *
   * @param source of its function; empty if there is none
   * @param defect why its triggers do not do what they should; null if they do, and for people
   */
  record InstalledWatch(
      int id,
      boolean isOfPeople,
      String definitionHash,
      String sqlHash,
      String source,
      @Nullable String defect) {}

  static Inventory read(Connection connection) throws SQLException {
    Map<String, InstalledView> views = new LinkedHashMap<>();
    Map<String, InstalledWatch> watches = new LinkedHashMap<>();
    if (TextQuery.ask(connection, "SELECT to_regclass('freshet.watch')::text") == null) {
      return new Inventory(views, watches, 0, 0);
    }
    for (TextQuery.Row row :
        TextQuery.rows(
            connection, "SELECT name, id::text, definition_hash FROM freshet.view ORDER BY id")) {
      views.put(row.text(0), new InstalledView(row.number(1), row.text(2)));
    }
    Map<Integer, String> defects = InstalledTriggers.defects(connection);
    for (TextQuery.Row row :
        TextQuery.rows(
            connection,
            """
            SELECT w.name, w.id::text, (w.relation IS NULL)::text, w.definition_hash, w.sql_hash, coalesce(p.prosrc, '')
              FROM freshet.watch AS w
              LEFT JOIN pg_proc AS p
                ON p.pronamespace = 'freshet'::regnamespace AND p.proname = 'watch_' || w.id AND p.pronargs = 0
             WHERE w.retired_at IS NULL ORDER BY w.id
            """)) {
      int id = row.number(1);
      watches.put(
          row.text(0),
          new InstalledWatch(
              id, row.is(2), row.text(3), row.text(4), row.text(5), defects.get(id)));
    }
    return new Inventory(
        views,
        watches,
        max(connection, "SELECT coalesce(max(id), 0)::text FROM freshet.view"),
        max(connection, "SELECT coalesce(max(id), 0)::text FROM freshet.watch"));
  }

  private static int max(Connection connection, String sql) throws SQLException {
    return TextQuery.rows(connection, sql).get(0).number(0);
  }
}
