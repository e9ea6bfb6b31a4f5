package dev.freshet.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Whether the triggers of the watches in force are whole: for each event there is one, enabled, on
 * the table that has the watch's name <em>now</em> and on all its heirs and partitions, and it
 * calls the watch's function; once for each row if the table has any, or is one.
 *
 * <p>A table that was exchanged by RENAME, or dropped and made again, has the name without the
 * triggers; so has a new heir, and a table that was ordinary and became a part of another is seen
 * by its statement triggers only in part.
 */
final class InstalledTriggers {
  /**
   * One row per watch in force, table of it, and event; the bits are those of {@code
   * pg_trigger.tgtype}. Enabling all triggers of a table, as restoring data does, makes those that
   * always fired fire for its own writers only. Postgres copies no statement trigger to a
   * partition, so a partition needs none for TRUNCATE.
   */
  private static final String TRIGGERS =
      """
      WITH RECURSIVE watched (id, relation, function, root, root_kind, oid) AS (
        SELECT w.id, w.relation, p.oid, c.oid, c.relkind, c.oid
          FROM freshet.watch AS w
          LEFT JOIN pg_proc AS p
            ON p.pronamespace = 'freshet'::regnamespace AND p.proname = 'watch_' || w.id AND p.pronargs = 0
          LEFT JOIN (pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace)
            ON n.nspname = (parse_ident(w.relation))[1] AND c.relname = (parse_ident(w.relation))[2]
         WHERE w.retired_at IS NULL AND w.relation IS NOT NULL
        UNION
        SELECT w.id, w.relation, w.function, w.root, w.root_kind, i.inhrelid
          FROM watched AS w JOIN pg_inherits AS i ON i.inhparent = w.oid)
      SELECT w.id::text, w.relation, (w.function IS NOT NULL)::text, (w.root IS NOT NULL)::text, e.event,
             t.tgname::text, (t.tgenabled = 'A' OR t.tgenabled = 'O' AND t.tgname NOT LIKE '%\\_always')::text,
             CASE WHEN t.oid IS NULL THEN (
                SELECT min(o.tgrelid::regclass::text) FROM pg_trigger AS o
                 WHERE o.tgfoid = w.function AND NOT EXISTS (SELECT FROM watched AS h WHERE h.oid = o.tgrelid)) END,
             CASE WHEN w.oid <> w.root THEN w.oid::regclass::text END,
             (e.event = 'TRUNCATE' OR t.tgtype & 1 = 1
              OR NOT EXISTS (SELECT FROM pg_inherits AS i WHERE i.inhrelid = w.oid OR i.inhparent = w.oid))::text,
             (e.event <> 'UPDATE' OR t.tgtype & 1 = 1 OR t.tgoldtable IS NOT NULL
              OR EXISTS (SELECT FROM pg_trigger AS k JOIN pg_proc AS f ON f.oid = k.tgfoid
                          WHERE k.tgrelid = w.oid AND k.tgenabled IN ('O', 'A')
                            AND f.pronamespace = 'freshet'::regnamespace AND f.proname = 'watch_' || w.id || '_key'))::text,
             CASE WHEN e.event = 'UPDATE' AND t.tgtype & 1 = 0 AND t.tgoldtable IS NULL THEN (
                SELECT min(b.tgname::text) FROM pg_trigger AS b
                 WHERE b.tgrelid = w.oid AND b.tgtype & 19 = 19 AND NOT b.tgisinternal) END
        FROM watched AS w
       CROSS JOIN (VALUES ('INSERT', 4), ('DELETE', 8), ('UPDATE', 16), ('TRUNCATE', 32)) AS e (event, bit)
        LEFT JOIN pg_trigger AS t ON t.tgrelid = w.oid AND t.tgfoid = w.function AND t.tgtype & e.bit <> 0
       WHERE e.event <> 'TRUNCATE' OR w.oid = w.root OR w.root IS NULL OR w.root_kind <> 'p'
       ORDER BY w.id, w.oid <> w.root, w.oid, e.bit
      """;

  private InstalledTriggers() {}

  /** Why watches are not whole, by their ids; those that are whole are not among them. */
  static Map<Integer, String> defects(Connection connection) throws SQLException {
    Map<Integer, String> defects = new LinkedHashMap<>();
    for (TextQuery.Row row : TextQuery.rows(connection, TRIGGERS)) {
      String defect = defect(row);
      if (!defect.isEmpty()) {
        defects.putIfAbsent(row.number(0), defect);
      }
    }
    return defects;
  }

  private static String defect(TextQuery.Row row) {
    if (!row.is(2)) {
      return "its function freshet.%s is missing".formatted(WatchSql.functionName(row.number(0)));
    } else if (!row.is(3)) {
      return "there is no table %s".formatted(row.text(1));
    }
    String heir = row.textOrNull(8);
    String on = heir == null ? "" : " on %s, a part of %s,".formatted(heir, row.text(1));
    if (row.textOrNull(5) == null) {
      return row.textOrNull(7) == null
          ? "its %s trigger%s is missing".formatted(row.text(4), on)
          : "its %s trigger is not on the table that has the name now, but on %s"
              .formatted(row.text(4), row.text(7));
    } else if (!row.is(6)) {
      return row.text(5).endsWith(WatchSql.ALWAYS)
          ? "its trigger %s%s does not always fire any more".formatted(row.text(5), on)
          : "its trigger %s%s is disabled".formatted(row.text(5), on);
    } else if (!row.is(9)) {
      return "%s has become a part of another table, or has parts, and its triggers do not see what is written there"
          .formatted(row.text(1));
    } else if (!row.is(10)) {
      return "its trigger for changed keys%s is missing or disabled".formatted(on);
    } else if (row.textOrNull(11) != null) {
      return "trigger %s, which its triggers were installed without regard to, may change keys before they are written"
          .formatted(row.text(11));
    }
    return "";
  }
}
