package dev.freshet.postgres;

import dev.freshet.eviction.RingMode;
import dev.freshet.view.RelationName;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the statement triggers of a watch take whose key is the table's primary key, which is the
 * most frequent one: of each statement a single transition table, {@value #ROWS}, which has the old
 * rows of a DELETE and else the new ones. {@link KeyChange} tells of the few updates that changed a
 * key.
 *
 * <p>A transition table costs a writer, most of all in a statement of many rows, for which it is
 * written to disk and read again; and so does each statement that the function runs. So up to
 * {@value #FEW} rows are read and written to the present slot by one statement.
 *
 * <p>That statement stands in no block that catches errors, since what is written in such a block
 * has a transaction id of its own, which would be a second one for every writer. It cannot fail
 * when a column of the key is gone: the name that the rows lack is then found in the query around,
 * where it is a NULL and a warning, and a NULL becomes a row for the whole view. As long as the
 * column is there Postgres leaves the query around out of the plan.
 */
record PrimaryKeyCapture(RowText row) implements Capture {
  /** The name of the transition table. */
  static final String ROWS = "changed_rows";

  /** The argument of a trigger that has no transition table. */
  static final String NO_ROWS = "'no rows'";

  /** So many rows are written one by one. */
  static final int FEW = 3;

  /** Leaves out the rows that were written; none of the columns can have this name. */
  private static final String REST = "OFFSET own.written";

  /** One row more than a few says that there may be more: those that {@link #REST} leaves. */
  @Override
  public Optional<String> ofFewRows(int slot, int watchId, RingMode mode) {
    return Optional.of(
        """
        INSERT INTO %s SELECT few.*
          FROM (SELECT %s) AS missing
         CROSS JOIN LATERAL (
           SELECT pg_catalog.pg_current_xact_id(), pg_catalog.clock_timestamp(), %s, CASE WHEN %s THEN ARRAY[%s] END
             FROM %s LIMIT %s) AS few;
        GET DIAGNOSTICS written = ROW_COUNT;"""
            .formatted(
                ChangeLogRing.table(slot),
                ofKey("freshet.missing_key(%s) AS %%s".formatted(watchId), ", "),
                WatchSql.ringing(mode, watchId),
                ofKey("%s IS NOT NULL", " AND "),
                row.key(),
                ROWS,
                FEW + 1));
  }

  private String ofKey(String format, String separator) {
    return row.watch().by().stream()
        .map(column -> format.formatted(RelationName.quoted(column)))
        .collect(Collectors.joining(separator));
  }

  @Override
  public String ofOneRow() {
    return """
        IF TG_NARGS OPERATOR(pg_catalog.=) 0 THEN
          SELECT %s INTO STRICT new_key FROM %s AS r %s;
          old_key := new_key;
        ELSE
          is_whole_view := true;
        END IF;"""
        .formatted(row.key("r"), ROWS, REST);
  }

  @Override
  public String countOfManyRows() {
    return KeyChunks.countOfSome(ROWS);
  }

  @Override
  public String ofManyRows(int watchId) {
    return KeyChunks.loggedInOrder(
        watchId, "SELECT %s AS k FROM %s AS r %s".formatted(row.gathered("r"), ROWS, REST));
  }
}
