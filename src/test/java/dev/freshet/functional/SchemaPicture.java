package dev.freshet.functional;

import dev.freshet.servers.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * All that is in a database's schema {@code freshet} and all triggers, as one text, without
 * Flyway's history: what {@code pg_dump --schema-only} would tell, and the installed views and
 * watches.
 */
final class SchemaPicture {
  private static final String LINES =
      """
      WITH ours AS (
        SELECT c.* FROM pg_class AS c
         WHERE c.relnamespace = to_regnamespace('freshet') AND c.relname NOT LIKE 'migration_history%'),
      lines (line) AS (
        SELECT format('schema %s', nspname) FROM pg_namespace WHERE nspname !~ '^pg_'
        UNION ALL
        SELECT format('relation %s %s %s %s %s', relname, relkind, relpersistence,
                      pg_get_expr(relpartbound, oid), obj_description(oid, 'pg_class')) FROM ours
        UNION ALL
        SELECT format('column %s.%s %s %s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                      a.attidentity, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum))
          FROM ours AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
          LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
        UNION ALL
        SELECT 'index ' || pg_get_indexdef(i.indexrelid) FROM pg_index AS i JOIN ours AS c ON c.oid = i.indexrelid
        UNION ALL
        SELECT format('constraint %s %s', k.conname, pg_get_constraintdef(k.oid)) FROM pg_constraint AS k JOIN ours AS c ON c.oid = k.conrelid
        UNION ALL
        SELECT 'function ' || pg_get_functiondef(p.oid) || obj_description(p.oid, 'pg_proc')
          FROM pg_proc AS p WHERE p.pronamespace = to_regnamespace('freshet')
        UNION ALL
        SELECT 'function ' || p.proname FROM pg_proc AS p WHERE p.pronamespace = to_regnamespace('freshet')
        UNION ALL
        SELECT 'type ' || t.typname FROM pg_type AS t WHERE t.typnamespace = to_regnamespace('freshet') AND t.typname !~ 'migration_history'
        UNION ALL
        SELECT format('trigger %s %s', t.tgenabled, pg_get_triggerdef(t.oid)) FROM pg_trigger AS t WHERE NOT t.tgisinternal)
      SELECT string_agg(line, E'\\n' ORDER BY line COLLATE "C") FROM lines
      """;

  private static final String ROWS =
      """
      SELECT coalesce((SELECT string_agg(v::text, E'\\n' ORDER BY v.id) FROM freshet.view AS v), '') || E'\\n' ||
             coalesce((SELECT string_agg(concat_ws(' ', id, view_id, name, relation, definition_hash, sql_hash, retired_at IS NULL), E'\\n' ORDER BY id)
                         FROM freshet.watch), '') || E'\\n' ||
             coalesce((SELECT string_agg(concat_ws(' ', watch_id, keys IS NULL), E'\\n' ORDER BY watch_id) FROM freshet.change_log), '')
      """;

  private SchemaPicture() {}

  static String of(TestDatabase database) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      String schema = one(statement, LINES);
      boolean isInstalled = one(statement, "SELECT to_regclass('freshet.watch')::text") != null;
      return isInstalled ? schema + "\n" + one(statement, ROWS) : schema;
    }
  }

  private static String one(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
