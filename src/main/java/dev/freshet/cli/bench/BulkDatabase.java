package dev.freshet.cli.bench;

import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One side's own copy of the rows that a statement updates at once. */
final class BulkDatabase implements AutoCloseable {
  private final BulkSide side;
  private final Session session;
  private final @Nullable CountedNotifications listener;

  private BulkDatabase(BulkSide side, Session session, @Nullable CountedNotifications listener) {
    this.side = side;
    this.session = session;
    this.listener = listener;
  }

  /** Copies the rows, and installs the side's triggers. */
  static BulkDatabase open(BenchServers servers, BulkSide side, WriterRows rows) {
    String name = "bulk_" + side;
    PostgresDatabase database = servers.newDatabase(name, rows.databaseName());
    if (side == BulkSide.FRESHET) {
      FreshetFollower.migrate(servers, database, name, "doorbell");
    }
    Session session = Session.openUnhurried(database);
    if (side != BulkSide.NAIVE) {
      return new BulkDatabase(side, session, null);
    }
    session.run(NaiveListener.TRIGGER);
    return new BulkDatabase(
        side, session, CountedNotifications.on(database, NaiveListener.CHANNEL));
  }

  BulkSide side() {
    return side;
  }

  /**
   * One run.
   *
   * @param ms from the statement's sending to the commit's reply
   * @param log what it left in the change log, if there is one
   */
  record Run(double ms, Optional<LogSize> log) {}

  /**
   * Brings the table, the change log and the WAL into the state in which every run begins, and
   * updates the first rows in one statement.
   *
   * @throws BenchFailedException if the side was not told of each row
   */
  Run update(int rows) throws InterruptedException {
    session.run("VACUUM ANALYZE " + WriterRows.TABLE);
    if (side == BulkSide.FRESHET) {
      session.run("TRUNCATE freshet.change_log");
    }
    long storedBefore = side == BulkSide.FRESHET ? LogSize.storedBytes(session) : 0;
    CountedNotifications counted = listener;
    long heardBefore = counted == null ? 0 : counted.heard();
    session.run("CHECKPOINT");
    long began = System.nanoTime();
    int updated = session.update(WriterRows.updateOfFirst(rows));
    double ms = (System.nanoTime() - began) / 1e6;
    check(updated, rows, "rows were updated");
    if (counted != null) {
      check(counted.heard() - heardBefore, rows, "keys were heard of");
    }
    if (side != BulkSide.FRESHET) {
      return new Run(ms, Optional.empty());
    }
    LogSize log = LogSize.of(session, storedBefore);
    check(log.keys(), rows, "keys were logged");
    return new Run(ms, Optional.of(log));
  }

  private void check(long actual, int expected, String what) {
    if (actual != expected) {
      throw new BenchFailedException(
          "bulk update, %s: %d %s instead of %d".formatted(side, actual, what, expected));
    }
  }

  @Override
  public void close() {
    if (listener != null) {
      listener.close();
    }
    session.close();
  }
}
