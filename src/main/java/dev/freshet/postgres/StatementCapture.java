package dev.freshet.postgres;

import java.util.stream.Collectors;

/**
 * What the statement triggers of a watch take from the transition tables.
 *
 * <p>Most statements change one row, and a writer pays for every executor that is started: so one
 * query reads a single row, and says <em>too many rows</em> if there are more. Only then come the
 * queries for many rows.
 *
 * <p>Those split the keys into {@link KeyChunks}. An update's old and new keys are mostly the same:
 * where the two chunks of a hash are, one is written; else all that is in either.
 *
 * <p>Where the key is the primary key, {@link PrimaryKeyCapture} takes its place.
 */
record StatementCapture(RowText row) implements Capture {

  @Override
  public String ofOneRow() {
    String filter =
        isPaired()
            ? """

                IF NOT is_counted THEN
                  RETURN NULL;
                END IF;"""
            : "";
    return """
        IF TG_OP OPERATOR(pg_catalog.=) 'UPDATE' THEN
          SELECT %s, %s%s INTO STRICT old_key, new_key%s FROM old_rows AS o, new_rows AS n;%s
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
            row.key("o"),
            row.key("n"),
            isPaired() ? ", " + row.differs("o", "n") : "",
            isPaired() ? ", is_counted" : "",
            filter,
            row.key("n"),
            row.key("o"));
  }

  @Override
  public String countOfManyRows() {
    return """
        IF TG_OP OPERATOR(pg_catalog.=) 'DELETE' THEN
          %s
        ELSE
          %s
        END IF;"""
        .formatted(KeyChunks.count("old_rows"), KeyChunks.count("new_rows"));
  }

  @Override
  public String ofManyRows(int watchId) {
    return """
        IF TG_OP OPERATOR(pg_catalog.=) 'UPDATE' THEN
        %s
        ELSIF TG_OP OPERATOR(pg_catalog.=) 'INSERT' THEN
        %s
        ELSE
        %s
        END IF;"""
        .formatted(
            KeyChunks.logged(watchId, updated()),
            KeyChunks.logged(watchId, chunks(keysOf("new_rows"))),
            KeyChunks.logged(watchId, chunks(keysOf("old_rows"))));
  }

  private String updated() {
    if (isPaired()) {
      return KeyChunks.ofRepeated(pairedKeys());
    } else if (!row.isKeyUnique()) {
      return KeyChunks.ofRepeated(keysOf("old_rows") + " UNION ALL " + keysOf("new_rows"));
    }
    return """
        SELECT CASE WHEN n.keys OPERATOR(pg_catalog.=) o.keys THEN n.keys
                    ELSE ARRAY(SELECT DISTINCT k FROM pg_catalog.unnest(o.keys OPERATOR(pg_catalog.||) n.keys) AS k) END AS keys
          FROM (%s) AS o
          FULL JOIN (%s) AS n ON n.hash OPERATOR(pg_catalog.=) o.hash"""
        .formatted(chunks(keysOf("old_rows")), chunks(keysOf("new_rows")));
  }

  private String keysOf(String transitionTable) {
    return "SELECT %s AS k FROM %s AS r".formatted(row.key("r"), transitionTable);
  }

  private String chunks(String keys) {
    return row.isKeyUnique() ? KeyChunks.of(keys) : KeyChunks.ofRepeated(keys);
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
