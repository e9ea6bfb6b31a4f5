package dev.freshet.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The tables of the watches in force, by the names that they have now, and all that shows that
 * their rows may have changed without a trigger: which tables and parts they are, in which files
 * their rows stand, their columns, and Freshet's triggers.
 *
 * <p>A partition that was attached, detached or truncated, a table that was exchanged by RENAME, a
 * column that was dropped and added again or rewritten, a trigger that was disabled and enabled:
 * all leave another shape. So does what rewrites a table and changes no row, as VACUUM FULL: that
 * sweeps in vain.
 *
 * <p>Others' triggers that may change a row before it is updated count too: a key that they change
 * is not seen by triggers that were installed without regard to them.
 *
 * <p>A trigger that was disabled and enabled between two looks, perhaps in one transaction, shows
 * by the transaction that wrote its row of {@code pg_trigger} last. A partition that is being
 * detached concurrently is gone for readers as soon as that has begun.
 */
final class WatchedTables {
  private static final String SHAPES =
      """
      WITH RECURSIVE watched (id, root, oid) AS (
        SELECT w.id, c.oid, c.oid
          FROM freshet.watch AS w
          JOIN pg_namespace AS n ON n.nspname = (parse_ident(w.relation))[1]
          JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = (parse_ident(w.relation))[2]
         WHERE w.retired_at IS NULL AND w.relation IS NOT NULL
        UNION
        SELECT w.id, w.root, i.inhrelid FROM watched AS w JOIN pg_inherits AS i ON i.inhparent = w.oid AND NOT i.inhdetachpending)
      SELECT w.id,
             md5(string_agg(concat_ws(' ', w.oid, c.relfilenode, a.columns, t.triggers), E'\n' ORDER BY w.oid)),
             (SELECT array_agg(r.attname::text) FROM pg_attribute AS r
               WHERE r.attrelid = w.root AND r.attnum > 0 AND NOT r.attisdropped)
        FROM watched AS w
        JOIN pg_class AS c ON c.oid = w.oid
       CROSS JOIN LATERAL (
             SELECT string_agg(concat_ws(' ', attnum, attname, atttypid), ',' ORDER BY attnum)
               FROM pg_attribute WHERE attrelid = w.oid AND attnum > 0 AND NOT attisdropped) AS a (columns)
       CROSS JOIN LATERAL (
             SELECT string_agg(concat_ws(' ', g.oid, g.tgenabled, g.xmin), ',' ORDER BY g.oid)
               FROM pg_trigger AS g JOIN pg_proc AS p ON p.oid = g.tgfoid
              WHERE g.tgrelid = w.oid
                AND (p.pronamespace = 'freshet'::regnamespace AND p.proname IN ('watch_' || w.id, 'watch_' || w.id || '_key')
                     OR g.tgtype & 19 = 19 AND NOT g.tgisinternal)) AS t (triggers)
       GROUP BY w.id, w.root
      """;

  /**
   * A watched table.
   *
   * @param shape a hash
   * @param columns their names
   */
  record WatchedTable(String shape, Set<String> columns) {}

  private WatchedTables() {}

  /** The tables by the ids of their watches; one that is gone is not among them. */
  static Map<Integer, WatchedTable> read(Connection connection) throws SQLException {
    Map<Integer, WatchedTable> tables = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(SHAPES);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        String[] columns = row.getObject(3, String[].class);
        tables.put(
            row.getInt(1),
            new WatchedTable(row.getString(2), columns == null ? Set.of() : Set.of(columns)));
      }
    }
    return tables;
  }
}
