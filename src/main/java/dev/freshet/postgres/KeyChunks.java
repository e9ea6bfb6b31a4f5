package dev.freshet.postgres;

/**
 * How the keys of a statement of many rows are written, as SQL: split into chunks, a log row for
 * each, which holds at most {@value #ROW_KEYS_MAX}.
 *
 * <p>Where no key comes twice they are split as they come. Where some do, or where two images are
 * compared, they are split by their hash into about {@value #CHUNK_KEYS} each, for which they must
 * be counted before.
 */
final class KeyChunks {
  private static final int CHUNK_KEYS = 800;

  /** A row of the change log holds at most so many keys. */
  private static final int ROW_KEYS_MAX = 1_000;

  private KeyChunks() {}

  /** The statement that sets {@code row_count}, as far as a chunk, for those that come in order. */
  static String countOfSome(String transitionTable) {
    return "SELECT pg_catalog.count(*) INTO row_count FROM (SELECT FROM %s LIMIT %s) AS enough;"
        .formatted(transitionTable, ROW_KEYS_MAX);
  }

  /**
   * The statement that writes keys as they come.
   *
   * @param keys a query with a column {@code k}, none of whose values comes twice; each is a text,
   *     or of a type that becomes one as part of an array
   */
  static String loggedInOrder(int watchId, String keys) {
    return """
        INSERT INTO freshet.change_log (watch_id, keys)
        SELECT %s, pg_catalog.array_agg(k)::pg_catalog.text[]
          FROM (SELECT k, (pg_catalog.row_number() OVER () OPERATOR(pg_catalog.-) 1) OPERATOR(pg_catalog./) %s AS chunk
                  FROM (%s) AS every) AS numbered
         GROUP BY chunk;"""
        .formatted(watchId, ROW_KEYS_MAX, keys);
  }

  /** The statement that sets {@code row_count} and {@code chunk_count}. */
  static String count(String transitionTable) {
    return "SELECT pg_catalog.count(*), (pg_catalog.count(*) OPERATOR(pg_catalog./) %s)::pg_catalog.int4 OPERATOR(pg_catalog.+) 1 INTO row_count, chunk_count FROM %s;"
        .formatted(CHUNK_KEYS, transitionTable);
  }

  /** The statement that writes chunks, which is a query with a column {@code keys}. */
  static String logged(int watchId, String chunks) {
    return """
        INSERT INTO freshet.change_log (watch_id, keys)
        SELECT %s, chunk.keys[i : i OPERATOR(pg_catalog.+) %s]
          FROM (%s) AS chunk
         CROSS JOIN LATERAL pg_catalog.generate_series(1, pg_catalog.cardinality(chunk.keys), %s) AS i;"""
        .formatted(watchId, ROW_KEYS_MAX - 1, chunks, ROW_KEYS_MAX);
  }

  /**
   * The chunks of keys none of which comes twice.
   *
   * @param keys a query with a column {@code k}
   */
  static String of(String keys) {
    return """
        SELECT (pg_catalog.hashtext(k) OPERATOR(pg_catalog.&) 2147483647) OPERATOR(pg_catalog.%%) chunk_count AS hash, pg_catalog.array_agg(k) AS keys
          FROM (%s) AS every GROUP BY 1"""
        .formatted(keys);
  }

  /** The chunks of keys that may come more than once. */
  static String ofRepeated(String keys) {
    return of("SELECT DISTINCT k FROM (%s) AS repeated".formatted(keys));
  }
}
