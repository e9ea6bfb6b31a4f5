package dev.freshet.postgres;

import java.util.stream.Collectors;

/**
 * What the statement triggers of a watch take from the transition tables.
 *
 * <p>Most statements change one row, and a writer pays for every executor that is started: so one
 * query reads a single row, and says <em>too many rows</em> if there are more. Only then come the
 * queries for many rows.
 *
 * <p>Each transition table costs a writer too, most of all in a statement of many rows, for which
 * it is written to disk and read again. So where the key is the primary key the old rows of an
 * update are not asked for: {@link KeyChange} tells of those few whose key changed.
 *
 * <p>Those split the keys by their hash into chunks of about {@value #CHUNK_KEYS} and write a log
 * row for each. An update's old and new keys are mostly the same: where the two chunks of a hash
 * are, one is written; else all that is in either.
 */
record StatementCapture(RowText row) {
  private static final int CHUNK_KEYS = 800;

  /** A row of the change log holds at most so many keys. */
  private static final int ROW_KEYS_MAX = 1_000;

  /** Sets {@code old_key} and {@code new_key}, or fails with no_data_found or too_many_rows. */
  String ofOneRow() {
    String filter =
        isPaired()
            ? """

                IF NOT is_counted THEN
                  RETURN NULL;
                END IF;"""
            : "";
    return """
        IF TG_OP OPERATOR(pg_catalog.=) 'UPDATE' THEN
          SELECT %s, %s%s INTO STRICT old_key, new_key%s FROM %snew_rows AS n;%s
        ELSIF TG_OP OPERATOR(pg_catalog.=) 'INSERT' THEN
          SELECT %s INTO STRICT new_key FROM new_rows AS n;
          old_key := new_key;
        ELSIF TG_OP OPERATOR(pg_catalog.=) 'DELETE' THEN
          SELECT %s INTO STRICT old_key FROM old_rows AS o;
          new_key := old_key;
        ELSE
          is_whole_view := true;
        END IF;"""
        .formatted(
            row.key(row.areNewRowsEnough() ? "n" : "o"),
            row.key("n"),
            isPaired() ? ", " + row.differs("o", "n") : "",
            isPaired() ? ", is_counted" : "",
            row.areNewRowsEnough() ? "" : "old_rows AS o, ",
            filter,
            row.key("n"),
            row.key("o"));
  }

  /** Sets {@code row_count} and {@code chunk_count} for a statement that changed many rows. */
  String countOfManyRows() {
    return """
        IF is_bulk THEN
          IF TG_OP OPERATOR(pg_catalog.=) 'DELETE' THEN
            %s
          ELSE
            %s
          END IF;
        END IF;"""
        .formatted(countOf("old_rows"), countOf("new_rows"));
  }

  private static String countOf(String transitionTable) {
    return "SELECT pg_catalog.count(*), (pg_catalog.count(*) OPERATOR(pg_catalog./) %s)::pg_catalog.int4 OPERATOR(pg_catalog.+) 1 INTO row_count, chunk_count FROM %s;"
        .formatted(CHUNK_KEYS, transitionTable);
  }

  /** Writes the log rows of a statement that changed more than one row. */
  String ofManyRows(int watchId) {
    return """
        IF TG_OP OPERATOR(pg_catalog.=) 'UPDATE' THEN
        %s
        ELSIF TG_OP OPERATOR(pg_catalog.=) 'INSERT' THEN
        %s
        ELSE
        %s
        END IF;"""
        .formatted(
            logged(watchId, updated()),
            logged(watchId, chunks(keysOf("new_rows"), row.isKeyUnique())),
            logged(watchId, chunks(keysOf("old_rows"), row.isKeyUnique())));
  }

  private static String logged(int watchId, String chunks) {
    return """
        INSERT INTO freshet.change_log (watch_id, keys)
        SELECT %s, chunk.keys[i : i OPERATOR(pg_catalog.+) %s]
          FROM (%s) AS chunk
         CROSS JOIN LATERAL pg_catalog.generate_series(1, pg_catalog.cardinality(chunk.keys), %s) AS i;"""
        .formatted(watchId, ROW_KEYS_MAX - 1, chunks, ROW_KEYS_MAX);
  }

  private String updated() {
    if (row.areNewRowsEnough()) {
      return chunks(keysOf("new_rows"), true);
    } else if (isPaired()) {
      return chunks(pairedKeys(), false);
    } else if (!row.isKeyUnique()) {
      return chunks(keysOf("old_rows") + " UNION ALL " + keysOf("new_rows"), false);
    }
    return """
        SELECT CASE WHEN n.keys OPERATOR(pg_catalog.=) o.keys THEN n.keys
                    ELSE ARRAY(SELECT DISTINCT k FROM pg_catalog.unnest(o.keys OPERATOR(pg_catalog.||) n.keys) AS k) END AS keys
          FROM (%s) AS o
          FULL JOIN (%s) AS n ON n.hash OPERATOR(pg_catalog.=) o.hash"""
        .formatted(chunks(keysOf("old_rows"), true), chunks(keysOf("new_rows"), true));
  }

  private String keysOf(String transitionTable) {
    return "SELECT %s AS k FROM %s AS r".formatted(row.key("r"), transitionTable);
  }

  /**
   * @param isUnique whether no key comes twice
   */
  private static String chunks(String keys, boolean isUnique) {
    return """
        SELECT (pg_catalog.hashtext(k) OPERATOR(pg_catalog.&) 2147483647) OPERATOR(pg_catalog.%%) chunk_count AS hash, pg_catalog.array_agg(k) AS keys
          FROM (%s) AS every GROUP BY 1"""
        .formatted(isUnique ? keys : "SELECT DISTINCT k FROM (%s) AS repeated".formatted(keys));
  }

  /** Whether old and new rows can be compared. */
  private boolean isPaired() {
    return row.isFiltered() && !row.shape().primaryKey().isEmpty();
  }

  private String pairedKeys() {
    String isPartner =
        row.shape().primaryKey().stream()
            .map(StatementCapture::isSame)
            .collect(Collectors.joining(" AND "));
    String first = row.shape().primaryKey().get(0).name();
    return """
        SELECT sides.k FROM old_rows AS o FULL JOIN new_rows AS n ON %s
         CROSS JOIN LATERAL (VALUES (%s, %s), (%s, %s)) AS sides (k, is_there)
         WHERE sides.is_there AND (%s IS NULL OR %s IS NULL OR %s)"""
        .formatted(
            isPartner,
            row.key("o"),
            RowText.column("o", first) + " IS NOT NULL",
            row.key("n"),
            RowText.column("n", first) + " IS NOT NULL",
            RowText.column("o", first),
            RowText.column("n", first),
            row.differs("o", "n"));
  }

  /** Two values without a known {@code =} are the same if their images are. */
  private static String isSame(TableShape.KeyColumn column) {
    String left = RowText.column("o", column.name());
    String right = RowText.column("n", column.name());
    return column.equality() == null
        ? "ROW(%s)::pg_catalog.record OPERATOR(pg_catalog.*=) ROW(%s)::pg_catalog.record"
            .formatted(left, right)
        : "%s %s %s".formatted(left, column.equality(), right);
  }
}
