package dev.freshet.postgres;

import dev.freshet.change.PgSnapshot;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the change log on from slot to slot, and empties those that every chain has left behind.
 *
 * <p>A slot is locked first, for a short time or not at all; then, in a new statement, every row in
 * it must be visible in a position of every chain; then it is truncated, and the floor is raised to
 * what all these positions see, in the same transaction. A chain whose link is not that far, since
 * its Redis went back in time, is told by the floor and starts anew.
 *
 * <p>The positions are the settled ones as long as there is room: that spares such a Redis the
 * sweeps. When the log comes near its bound they are the present ones.
 *
 * <p>The slot that is written to is never emptied: first another one is, and becomes the one that
 * is written to. Only if all others are kept, and the log is near its bound, it is emptied in its
 * place, provided that nobody writes to it now: a lock that is waited for would stop the writers
 * behind it.
 */
public final class ChangeLogRing {
  private static final Logger log = LoggerFactory.getLogger("freshet.ring");

  /** As many as the migration has created. */
  static final int SLOTS = 4;

  /** How long a slot is written to at least, as text. */
  private static final String SLOT_AGE_MIN = "10 minutes";

  private static final double TIGHT = 0.8;
  private static final double ROOMY = 0.5;

  private final PostgresDatabase database;
  private final long bytesMax;

  /**
   * @param bytesMax how large the change log may become
   */
  public ChangeLogRing(PostgresDatabase database, long bytesMax) {
    this.database = database;
    this.bytesMax = bytesMax;
  }

  /** What of a chain must see all rows of a slot that is emptied. */
  private enum Position {
    SETTLED("settled"),
    PRESENT("position");

    private final String column;

    Position(String column) {
      this.column = column;
    }
  }

  private record Size(long bytes, boolean isFull) {}

  /**
   * Looks at each slot once, and moves on from the one that was written to for long enough.
   *
   * @return how many were emptied
   * @throws dev.freshet.lifecycle.ServerUnavailableException if Postgres does not answer
   */
  public int emptySlots() {
    int emptied = 0;
    int current = currentSlot();
    for (int ahead = 1; ahead < SLOTS; ahead++) {
      if (empty((current + ahead) % SLOTS, Position.SETTLED, "")) {
        emptied++;
      }
    }
    boolean unused = moveOn(SLOT_AGE_MIN);
    if (!size().isFull()) {
      reopen();
    }
    return emptied;
  }

  /**
   * Whether the log is full, or near it.
   *
   * @throws dev.freshet.lifecycle.ServerUnavailableException if Postgres does not answer
   */
  public boolean isTight() {
    Size size = size();
    return size.isFull() || size.bytes() > TIGHT * bytesMax;
  }

  /**
   * Empties what every chain has left behind by now until half of the bound is free, also the slot
   * that is written to; then a full log is open again.
   *
   * @return how many slots were emptied
   * @throws dev.freshet.lifecycle.ServerUnavailableException if Postgres does not answer
   */
  public int relieve() {
    int emptied = 0;
    int current = currentSlot();
    for (int ahead = 1; ahead < SLOTS && isAboveHalf(); ahead++) {
      emptied += empty((current + ahead) % SLOTS, Position.PRESENT, "") ? 1 : 0;
    }
    if (isAboveHalf()) {
      String wait = moveOn("0") ? "" : "NOWAIT";
      emptied += empty(current, Position.PRESENT, wait) ? 1 : 0;
    }
    Size size = size();
    if (size.isFull()
        && size.bytes() <= ROOMY * bytesMax
        && database.expect("opening the change log", ChangeLogRing::open)) {
      reopen();
      log.info("the change log has room again bytes={} bytes_max={}", size.bytes(), bytesMax);
    }
    return emptied;
  }

  private boolean isAboveHalf() {
    return size().bytes() > ROOMY * bytesMax;
  }

  private Size size() {
    return database.expect(
        "measuring the change log",
        connection -> {
          TextQuery.Row row =
              TextQuery.rows(
                      connection,
                      """
                      SELECT sum(pg_total_relation_size(inhrelid))::bigint::text,
                             (pg_sequence_last_value('freshet.change_log_overflow'::regclass) IS NOT NULL)::text
                        FROM pg_inherits WHERE inhparent = 'freshet.change_log'::regclass
                      """)
                  .get(0);
          return new Size(Long.parseLong(row.text(0)), row.is(1));
        });
  }

  private int currentSlot() {
    return database.expect(
        "reading the present slot",
        connection ->
            TextQuery.rows(connection, "SELECT last_value::text FROM freshet.change_log_slot")
                .get(0)
                .number(0));
  }

  /** Triggers may write to the log again without asking first. */
  private void reopen() {
    List<TextQuery.Row> unused =
        database.expect(
            "opening the slot",
            connection ->
                TextQuery.rows(
                    connection,
                    "SELECT setval('freshet.change_log_slot'::regclass, last_value)::text FROM freshet.change_log_slot WHERE NOT is_called"));
  }

  /**
   * Lets the next empty slot be written to, if the present one has rows, and the first of them is
   * at least so old.
   *
   * @return whether it was done
   */
  private boolean moveOn(String ageMin) {
    int current = currentSlot();
    String isRipe =
        "SELECT (at <= clock_timestamp() - '%s'::interval)::text FROM %s ORDER BY xid LIMIT 1"
            .formatted(ageMin, table(current));
    return database.expect(
        "moving on to the next slot",
        connection -> {
          if (!"true".equals(TextQuery.ask(connection, isRipe))) {
            return false;
          }
          for (int ahead = 1; ahead < SLOTS; ahead++) {
            int next = (current + ahead) % SLOTS;
            String move =
                "SELECT setval('freshet.change_log_slot'::regclass, %s, is_called)::text FROM freshet.change_log_slot WHERE pg_relation_size('%s'::regclass) = 0"
                    .formatted(next, table(next));
            if (TextQuery.ask(connection, move) != null) {
              return true;
            }
          }
          return false;
        });
  }

  static String table(int slot) {
    return "freshet.change_log_" + slot;
  }

  private boolean empty(int slot, Position position, String wait) {
    String table = table(slot);
    boolean isEmptied =
        database.expect("looking into " + table, c -> seenByAll(c, table, position).isPresent())
            && database.expect("emptying " + table, c -> empty(c, table, position, wait));
    if (isEmptied) {
      log.info("emptied slot={}", table);
    }
    return isEmptied;
  }

  /**
   * What the positions of all chains see, if that includes every row of the slot. Asks the index on
   * the transactions' ids, however many rows there are; and reads each position once, so that what
   * is told is what was asked, whatever a daemon keeps meanwhile.
   */
  private static Optional<PgSnapshot> seenByAll(
      Connection connection, String table, Position position) throws SQLException {
    String positions =
        TextQuery.ask(
            connection,
            """
            SELECT string_agg(p.%2$s::text, ' ')
              FROM freshet.position AS p
            HAVING pg_relation_size('%1$s'::regclass) > 0
               AND bool_and(p.%2$s IS NOT NULL
                            AND coalesce((SELECT r.xid FROM %1$s AS r ORDER BY r.xid DESC LIMIT 1) < pg_snapshot_xmax(p.%2$s), true)
                            AND NOT EXISTS (SELECT FROM pg_snapshot_xip(p.%2$s) AS x
                                             WHERE (SELECT r.xid FROM %1$s AS r WHERE r.xid = x LIMIT 1) IS NOT NULL))
            """
                .formatted(table, position.column));
    return positions == null
        ? Optional.empty()
        : Arrays.stream(positions.split(" "))
            .map(PgSnapshot::parse)
            .reduce(PgSnapshot::intersection);
  }

  /** The floor rises to what all chains have seen: at least all that is removed. */
  private static boolean empty(Connection connection, String table, Position position, String wait)
      throws SQLException {
    return inShortTransaction(
        connection,
        statement -> {
          statement.execute("LOCK TABLE %s IN ACCESS EXCLUSIVE MODE %s".formatted(table, wait));
          Optional<PgSnapshot> seen = seenByAll(connection, table, position);
          if (seen.isEmpty()) {
            return false;
          }
          PgSnapshot floor = PostgresChangeLog.floor(connection).union(seen.get());
          statement.execute("TRUNCATE " + table);
          statement.execute("UPDATE freshet.floor SET position = '%s'".formatted(floor));
          return true;
        });
  }

  /**
   * Gives the opening a number that no other had: each is higher than the one before, since no two
   * run at once, and writers never lower it.
   */
  private static boolean open(Connection connection) throws SQLException {
    return inShortTransaction(
        connection,
        statement -> {
          try (ResultSet opened =
              statement.executeQuery(
                  """
                  SELECT setval('freshet.change_log_overflow'::regclass, last_value + 1, false)
                    FROM freshet.change_log_overflow WHERE is_called
                  """)) {
            return opened.next();
          }
        });
  }

  private interface Work {
    boolean run(Statement statement) throws SQLException;
  }

  /** Runs alone among all that change the ring. */
  private static boolean inShortTransaction(Connection connection, Work work) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL lock_timeout = 100");
      statement.execute("LOCK TABLE freshet.floor IN SHARE ROW EXCLUSIVE MODE");
      boolean isDone = work.run(statement);
      connection.commit();
      return isDone;
    } catch (SQLException e) {
      connection.rollback();
      if (PostgresErrors.state(e).equals(PostgresErrors.LOCK_NOT_AVAILABLE)) {
        return false; // a writer is busy in it; the next round comes
      }
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }
}
