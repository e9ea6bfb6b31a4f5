package dev.freshet.postgres;

import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import dev.freshet.view.RelationName;
import dev.freshet.view.Watch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Entities of a view drawn at random from the tables that it watches: from one whose columns are
 * the entity key, or, if there is none, through a {@code keys} query.
 *
 * <p>Of a large table only some blocks are read ({@code TABLESAMPLE SYSTEM}), as many as its
 * statistics call for; if these are wrong and too few rows come, all of it is.
 */
public final class PostgresEntitySample {
  /** So many times the wanted rows are drawn from blocks, since those of a block are alike. */
  private static final int SPREAD = 10;

  private final PostgresDatabase database;

  public PostgresEntitySample(PostgresDatabase database) {
    this.database = database;
  }

  /**
   * Draws some entities, each at most once.
   *
   * @param count how many; fewer if there are no more
   * @throws dev.freshet.lifecycle.ServerUnavailableException if Postgres does not answer
   * @throws PostgresRefusedException if a watched table may not be read
   * @throws dev.freshet.eviction.KeyResolver.KeysQueryFailedException if a {@code keys} query fails
   */
  public List<EntityKey> draw(FeatureView view, int count) {
    Watch watch =
        view.watches().stream()
            .min(Comparator.comparing(one -> one.keys() != null))
            .orElseThrow(() -> new IllegalArgumentException("a view has at least one watch"));
    List<EntityKey> rows = rows(watch, count);
    return watch.keys() == null
        ? rows
        : new PostgresKeyResolver(database)
            .resolve(view, watch, rows).stream().limit(count).toList();
  }

  private List<EntityKey> rows(Watch watch, int count) {
    String doing = "drawing rows of " + watch.table();
    try (Connection connection = database.unhurried().getConnection()) {
      double known = estimatedRows(connection, watch.table());
      double percent = 100.0 * SPREAD * count / Math.max(1, known);
      if (percent < 100) {
        List<EntityKey> some =
            rows(
                connection,
                watch,
                String.format(Locale.ROOT, "TABLESAMPLE SYSTEM (%.6f)", percent),
                count);
        if (some.size() == count) {
          return some;
        }
      }
      return rows(connection, watch, "", count);
    } catch (SQLException e) {
      if (PostgresErrors.isStatementAtFault(e)) {
        throw new PostgresRefusedException(doing, e);
      }
      throw PostgresErrors.unavailable(doing, e);
    }
  }

  /** What the statistics say of a table and its parts; 0 if they say nothing. */
  private static double estimatedRows(Connection connection, RelationName table)
      throws SQLException {
    String rows =
        TextQuery.ask(
            connection,
            """
            WITH RECURSIVE parts (oid) AS (
              SELECT ?::text::regclass::oid
              UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits AS i JOIN parts AS p ON i.inhparent = p.oid)
            SELECT sum(greatest(c.reltuples, 0))::text
              FROM pg_catalog.pg_class AS c JOIN parts AS p ON c.oid = p.oid WHERE c.relkind <> 'p'
            """,
            table.sql());
    return rows == null ? 0 : Double.parseDouble(rows);
  }

  private static List<EntityKey> rows(
      Connection connection, Watch watch, String sampling, int count) throws SQLException {
    String columns =
        watch.by().stream().map(RelationName::quoted).collect(Collectors.joining(", "));
    String sql =
        "SELECT q.* FROM (SELECT DISTINCT %s FROM (SELECT %s FROM %s %s) AS l) AS q ORDER BY pg_catalog.random() LIMIT %d"
            .formatted(
                KeyedQuery.keyTexts(watch.by()), columns, watch.table().sql(), sampling, count);
    List<EntityKey> keys = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        KeyedQuery.keyIn(row, watch.by().size()).ifPresent(keys::add);
      }
    }
    return keys;
  }
}
