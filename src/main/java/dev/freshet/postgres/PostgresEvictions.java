package dev.freshet.postgres;

import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import java.sql.PreparedStatement;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Evictions that people ask for, written to the change log, so that they survive all that every
 * change survives.
 */
public final class PostgresEvictions {
  private final PostgresDatabase database;

  public PostgresEvictions(PostgresDatabase database) {
    this.database = database;
  }

  /**
   * Logs that some entities changed; returns when that is committed.
   *
   * @throws dev.freshet.lifecycle.ServerUnavailableException if it could not be committed
   */
  public void evict(FeatureView view, Collection<EntityKey> keys) {
    write(view, keys.stream().map(EntityKey::text).toArray(String[]::new));
  }

  /** Logs that the whole view changed; returns when that is committed. */
  public void evictAll(FeatureView view) {
    write(view, null);
  }

  private void write(FeatureView view, String @Nullable [] keys) {
    database.expect(
        "logging an eviction of view " + view.name(),
        connection -> {
          String sql =
              keys == null
                  ? "SELECT freshet.evict(?::text, NULL)"
                  : "SELECT freshet.evict(?::text, ?::text[])";
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, view.name());
            if (keys != null) {
              statement.setObject(2, keys);
            }
            return statement.execute();
          }
        });
  }
}
