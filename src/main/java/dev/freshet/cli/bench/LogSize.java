package dev.freshet.cli.bench;

import dev.freshet.postgres.Session;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the change log took for some keys.
 *
 * @param keys how many it holds
 * @param storedBytes by how much its files grew: rows, what is stored beside them, compressed or
 *     not, and indexes; in whole pages
 * @param textBytes the length of the keys' text forms
 */
record LogSize(long keys, long storedBytes, long textBytes) {
  private static final String STORED =
      "SELECT sum(pg_total_relation_size(inhrelid))::text FROM pg_inherits WHERE inhparent = 'freshet.change_log'::regclass";

  private static final String KEYS =
      """
      SELECT coalesce(sum(cardinality(keys)), 0)
             || ' ' || coalesce(sum((SELECT sum(octet_length(k)) FROM unnest(keys) AS k)), 0)
        FROM freshet.change_log
      """;

  /** How many bytes the change log's files have. */
  static long storedBytes(Session session) {
    return Long.parseLong(session.ask(STORED).orElseThrow());
  }

  /**
   * The size of all that the change log holds.
   *
   * @param storedBytesBefore when it was empty
   */
  static LogSize of(Session session, long storedBytesBefore) {
    String[] keys = session.ask(KEYS).orElseThrow().split(" ", 2);
    return new LogSize(
        Long.parseLong(keys[0]), storedBytes(session) - storedBytesBefore, Long.parseLong(keys[1]));
  }

  /** How many bytes a key takes besides its text; negative if keys are compressed well. */
  double bytesPerKeyBeyondText() {
    return (double) (storedBytes - textBytes) / keys;
  }

  /** The size for programs. */
  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("keys", keys);
    map.put("storedBytesPerKey", Spread.rounded((double) storedBytes / keys, 2));
    map.put("textBytesPerKey", Spread.rounded((double) textBytes / keys, 2));
    map.put("logBytesPerKeyBeyondText", Spread.rounded(bytesPerKeyBeyondText(), 2));
    return map;
  }
}
