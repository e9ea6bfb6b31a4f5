package dev.freshet.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What the change log holds, for people.
 *
 * @param rows in it, of which some have been applied and wait to be dropped
 * @param bytes of its tables and indexes
 * @param isFull whether triggers write nothing to it until it has been emptied
 * @param chains what is known in Postgres of each chain
 */
public record ChangeLogStatus(long rows, long bytes, boolean isFull, List<ChainStatus> chains) {

  /**
   * A chain, as its lazy copy in Postgres has it: up to 10 s old while its daemon runs.
   *
   * @param name of the chain
   * @param position how far it had applied the change log
   * @param ageSeconds since that was written down
   * @param backlogRows rows of the change log that it had not applied
   */
  public record ChainStatus(String name, String position, long ageSeconds, long backlogRows) {}

  public ChangeLogStatus {
    chains = List.copyOf(chains);
  }

  /**
   * Reads the status.
   *
   * @throws NotMigratedException if the database has no change log
   * @throws dev.freshet.lifecycle.ServerUnavailableException if Postgres does not answer
   */
  public static ChangeLogStatus read(PostgresDatabase database) {
    return database.expect("reading the change log's status", ChangeLogStatus::read);
  }

  private static ChangeLogStatus read(Connection connection) throws SQLException {
    if (TextQuery.ask(connection, "SELECT to_regclass('freshet.watch')::text") == null) {
      throw new NotMigratedException("it has no change log; run freshet migrate", null);
    }
    List<ChainStatus> chains = new ArrayList<>();
    try (PreparedStatement statement =
            connection.prepareStatement(
                """
                SELECT chain, position::text AS position,
                       extract(epoch FROM clock_timestamp() - left_at)::bigint AS age,
                       (SELECT count(*) FROM freshet.change_log AS l
                         WHERE NOT pg_visible_in_snapshot(l.xid, p.position)) AS backlog
                  FROM freshet.position AS p ORDER BY chain
                """);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        chains.add(
            new ChainStatus(
                row.getString("chain"),
                row.getString("position"),
                row.getLong("age"),
                row.getLong("backlog")));
      }
    }
    try (PreparedStatement statement =
            connection.prepareStatement(
                """
                SELECT (SELECT count(*) FROM freshet.change_log) AS rows,
                       (SELECT sum(pg_total_relation_size(inhrelid))::bigint FROM pg_inherits
                         WHERE inhparent = 'freshet.change_log'::regclass) AS bytes,
                       pg_sequence_last_value('freshet.change_log_overflow'::regclass) IS NOT NULL AS is_full
                """);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return new ChangeLogStatus(
          row.getLong("rows"), row.getLong("bytes"), row.getBoolean("is_full"), chains);
    }
  }
}
