package dev.freshet.postgres;

import dev.freshet.eviction.KeyResolver;
import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import dev.freshet.view.QueryTemplate;
import dev.freshet.view.Watch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs {@code keys} queries: many changed rows in one statement. */
public final class PostgresKeyResolver implements KeyResolver {
  /** A query that names more entities fails: to evict their whole view costs less. */
  static final int ENTITIES_MAX = 100_000;

  private final PostgresDatabase database;

  public PostgresKeyResolver(PostgresDatabase database) {
    this.database = database;
  }

  @Override
  public Set<EntityKey> resolve(FeatureView view, Watch watch, Collection<EntityKey> by) {
    QueryTemplate keys = Objects.requireNonNull(watch.keys(), "a mapped watch has a keys query");
    KeyedQuery query = new KeyedQuery(keys, watch.by());
    try {
      return database.with(
          "the keys query of %s on %s".formatted(view.name(), watch.table()),
          connection -> {
            Set<EntityKey> entities = resolve(connection, query, view.key().placeholders(), by);
            if (entities.size() > ENTITIES_MAX) {
              throw failed(
                  view, watch, "it names more than %d entities".formatted(ENTITIES_MAX), null);
            }
            return entities;
          });
    } catch (SQLException e) {
      throw failed(view, watch, PostgresErrors.describe(e), e);
    } catch (ServerUnavailableException e) {
      if (PostgresErrors.isCancelled(e)) { // too slow now is too slow at every later try
        throw failed(view, watch, "it did not end in time", e);
      }
      throw e;
    }
  }

  private static KeysQueryFailedException failed(
      FeatureView view, Watch watch, String why, @Nullable Exception cause) {
    return new KeysQueryFailedException(
        "the keys query of view %s on %s failed: %s".formatted(view.name(), watch.table(), why),
        cause);
  }

  private static Set<EntityKey> resolve(
      Connection connection, KeyedQuery query, List<String> placeholders, Collection<EntityKey> by)
      throws SQLException {
    String sql =
        "SELECT DISTINCT %s FROM (%s) AS l LIMIT %d"
            .formatted(
                KeyedQuery.keyTexts(placeholders), query.query().positionalSql(), ENTITIES_MAX + 1);
    Set<EntityKey> entities = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      query.bind(statement, by);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          KeyedQuery.keyIn(row, placeholders.size()).ifPresent(entities::add);
        }
      }
    }
    return entities;
  }
}
