package dev.freshet.cli.consistency;

import dev.freshet.cli.consistency.Violation.Kind;
import dev.freshet.codec.CacheRecord;
import dev.freshet.codec.Codecs;
import dev.freshet.codec.UndecodableException;
import dev.freshet.postgres.Session;
import dev.freshet.redis.RawRedis;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Compares all that Redis holds with the database, while nobody writes. */
final class FullSweep {
  private static final int KEYS_AT_ONCE = 50_000;

  private final Cluster cluster;
  private final Oracle oracle;
  private final Violations violations;

  FullSweep(Cluster cluster, Oracle oracle, Violations violations) {
    this.cluster = cluster;
    this.oracle = oracle;
    this.violations = violations;
  }

  /**
   * Compares every key; each difference is a lost change.
   *
   * @return how many keys Redis held a value or an absence for
   */
  int run() {
    Map<Integer, Long> rows;
    try (Session session = Session.open(cluster.database())) {
      rows = Items.rows(session);
    }
    int cached = cluster.askRedis(redis -> compareCached(redis, rows));
    checkModel(rows);
    return cached;
  }

  private int compareCached(RawRedis redis, Map<Integer, Long> rows) {
    int cached = 0;
    for (int first = 1; first <= oracle.keyCount(); first += KEYS_AT_ONCE) {
      List<Integer> keys =
          IntStream.rangeClosed(first, Math.min(oracle.keyCount(), first + KEYS_AT_ONCE - 1))
              .boxed()
              .toList();
      List<byte @Nullable []> values = redis.values(keys.stream().map(Items::cacheKey).toList());
      for (int i = 0; i < keys.size(); i++) {
        cached += isCached(keys.get(i), values.get(i), rows) ? 1 : 0;
      }
    }
    return cached;
  }

  private boolean isCached(int key, byte @Nullable [] bytes, Map<Integer, Long> rows) {
    CacheRecord record = bytes == null ? null : CacheRecord.read(bytes);
    if (record == null || record instanceof CacheRecord.Lease) {
      return false;
    }
    long held = versionIn(record, key);
    long right = rows.getOrDefault(key, Oracle.ABSENT);
    if (held != right) {
      violations.add(
          Kind.LOST,
          () ->
              "key %d: Redis holds %s, the database says %s"
                  .formatted(key, text(held), text(right)),
          () -> oracle.describe(key));
    }
    return true;
  }

  private static long versionIn(CacheRecord record, int key) {
    if (record instanceof CacheRecord.Absence) {
      return Oracle.ABSENT;
    }
    if (record instanceof CacheRecord.Value value) {
      try {
        return Items.versionIn(
            Codecs.withId(value.header().codec()).orElseThrow().decode(value.payload()), key);
      } catch (UndecodableException e) {
        return Items.NONSENSE;
      }
    }
    return Items.NONSENSE;
  }

  /** The checker itself is wrong if the oracle and the database differ now. */
  private void checkModel(Map<Integer, Long> rows) {
    List<Integer> wrong = new ArrayList<>();
    for (int key = 1; key <= oracle.keyCount(); key++) {
      if (oracle.current(key) != rows.getOrDefault(key, Oracle.ABSENT)) {
        wrong.add(key);
      }
    }
    if (!wrong.isEmpty()) {
      int first = wrong.get(0);
      violations.add(
          Kind.BROKEN,
          () ->
              "the checker does not know what %d keys hold; key %d has %s"
                  .formatted(wrong.size(), first, text(rows.getOrDefault(first, Oracle.ABSENT))),
          () -> oracle.describe(first));
    }
  }

  private static String text(long version) {
    return version == Oracle.ABSENT
        ? "absent"
        : version == Items.NONSENSE ? "nonsense" : "version " + version;
  }
}
