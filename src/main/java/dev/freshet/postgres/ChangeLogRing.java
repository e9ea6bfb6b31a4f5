package dev.freshet.postgres;

import dev.freshet.change.PgSnapshot;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Empties the slots of the change log that every chain has left behind.
 *
 * <p>A slot is locked first, for a short time or not at all; then, in a new statement, every row in
 * it must be visible in the settled position of every chain; then it is truncated, and the floor is
 * raised in the same transaction. The slot that is being written to and the next one are let be.
 */
public final class ChangeLogRing {
  private static final Logger log = LoggerFactory.getLogger("freshet.ring");

  private static final int SLOTS = 16;

  private final PostgresDatabase database;

  public ChangeLogRing(PostgresDatabase database) {
    this.database = database;
  }

  /**
   * Looks at each slot once.
   *
   * @return how many were emptied
   * @throws dev.freshet.lifecycle.ServerUnavailableException if Postgres does not answer
   */
  public int emptySlots() {
    int emptied = 0;
    int current = database.expect("reading the present slot", ChangeLogRing::currentSlot);
    for (int ahead = 2; ahead < SLOTS; ahead++) {
      int slot = (current + ahead) % SLOTS;
      String table = "freshet.change_log_" + (slot < 10 ? "0" : "") + slot;
      boolean isLeftBehind = database.expect("looking into " + table, c -> isLeftBehind(c, table));
      if (isLeftBehind && database.expect("emptying " + table, c -> empty(c, table))) {
        emptied++;
        log.info("emptied slot={}", table);
      }
    }
    return emptied;
  }

  private static Integer currentSlot(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement(
                "SELECT (date_part('epoch', clock_timestamp())::bigint / 600 % 16)::integer");
        ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getInt(1);
    }
  }

  private static boolean isLeftBehind(Connection connection, String table) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement(
                """
                SELECT EXISTS (SELECT FROM %1$s) AND EXISTS (SELECT FROM freshet.position)
                   AND NOT EXISTS (SELECT FROM freshet.position WHERE settled IS NULL)
                   AND NOT EXISTS (SELECT FROM %1$s AS r, freshet.position AS p
                                    WHERE NOT pg_visible_in_snapshot(r.xid, p.settled))
                """
                    .formatted(table));
        ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getBoolean(1);
    }
  }

  private static boolean empty(Connection connection, String table) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL lock_timeout = 100");
      statement.execute("LOCK TABLE freshet.floor IN SHARE ROW EXCLUSIVE MODE");
      statement.execute("LOCK TABLE %s IN ACCESS EXCLUSIVE MODE".formatted(table));
      if (!isLeftBehind(connection, table)) {
        connection.rollback();
        return false;
      }
      PgSnapshot floor = raisedFloor(connection);
      statement.execute("TRUNCATE " + table);
      statement.execute("UPDATE freshet.floor SET position = '%s'".formatted(floor));
      connection.commit();
      return true;
    } catch (SQLException e) {
      connection.rollback();
      if (PostgresErrors.state(e).equals("55P03")) {
        return false; // a writer is busy in it; the next round comes
      }
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  /** What the old floor or any chain's settled position sees: at least all that is now removed. */
  private static PgSnapshot raisedFloor(Connection connection) throws SQLException {
    Optional<PgSnapshot> floor = Optional.empty();
    try (PreparedStatement statement =
            connection.prepareStatement(
                """
                (SELECT settled::text FROM freshet.position ORDER BY pg_snapshot_xmax(settled) LIMIT 1)
                UNION ALL SELECT position::text FROM freshet.floor
                """);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        PgSnapshot seen = PgSnapshot.parse(row.getString(1));
        floor = Optional.of(floor.map(seen::union).orElse(seen));
      }
    }
    return floor.orElseThrow();
  }
}
