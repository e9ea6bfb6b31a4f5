package dev.freshet.cli.bench;

import dev.freshet.postgres.Session;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A table of numbered rows that are all changed at once.
 *
 * @param session changes them; may wait long for one statement
 * @param rows how many; their ids begin at 1
 */
record ItemTable(Session session, int rows) {
  static final String NAME = "public.items";

  private static final String KEY_PREFIX = "item:";
  private static final int TRANSACTIONS_PER_CALL = 10_000;

  /** Creates and fills the table. */
  static ItemTable create(Session session, int rows) {
    // What autovacuum does would fall on some rounds and not on others.
    session.run(
        """
        CREATE TABLE %s (id bigint PRIMARY KEY, revision integer NOT NULL) WITH (autovacuum_enabled = false);
        INSERT INTO %s SELECT i, 0 FROM generate_series(1, %s) AS i
        """
            .formatted(NAME, NAME, rows));
    return new ItemTable(session, rows);
  }

  /** The cache keys of all rows, in order. */
  Stream<String> cacheKeys() {
    return IntStream.rangeClosed(1, rows).mapToObj(id -> KEY_PREFIX + id);
  }

  /** Removes what the last change left behind. */
  void vacuum() {
    session.run("VACUUM ANALYZE " + NAME);
  }

  /** Changes every row once: in one statement, or in so many transactions of one statement each. */
  void changeAll(int transactions) {
    if (transactions == 1) {
      session.run("UPDATE %s SET revision = revision + 1".formatted(NAME));
      return;
    }
    session.run("SET synchronous_commit = off");
    for (int from = 0; from < transactions; from += TRANSACTIONS_PER_CALL) {
      int to = Math.min(transactions, from + TRANSACTIONS_PER_CALL) - 1;
      session.run(
          """
          DO $$
          BEGIN
            FOR t IN %1$s..%2$s LOOP
              UPDATE %3$s SET revision = revision + 1
               WHERE id > t::bigint * %4$s / %5$s AND id <= (t + 1)::bigint * %4$s / %5$s;
              COMMIT;
            END LOOP;
          END $$
          """
              .formatted(from, to, NAME, rows, transactions));
    }
  }

  /** The id of the transaction that changed rows last. */
  long lastTransaction() {
    return Long.parseLong(
        session
            .ask("SELECT l.xid::text FROM freshet.change_log AS l ORDER BY l.xid DESC LIMIT 1")
            .orElseThrow(() -> new IllegalStateException("the change log is empty")));
  }
}
