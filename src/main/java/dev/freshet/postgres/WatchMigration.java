package dev.freshet.postgres;

import dev.freshet.eviction.RingMode;
import dev.freshet.view.FeatureView;
import dev.freshet.view.RelationName;
import dev.freshet.view.Watch;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;
import org.jspecify.annotations.Nullable;

/**
 * Installs a watch, or removes one that is no longer configured. Repeated when its definition
 * changes.
 *
 * <p>All in one transaction under a short lock timeout: the former definition is retired, the new
 * one gets its id, function and triggers, and a whole-view row is logged. CREATE TRIGGER's lock
 * keeps writers of the table out until that has committed, so no change falls between the rules.
 */
final class WatchMigration implements JavaMigration {
  private final String name;
  private final @Nullable Installation installation;
  private final Duration lockTimeout;

  /** What to install. */
  private record Installation(FeatureView view, Watch watch, RingMode mode) {}

  private WatchMigration(String name, @Nullable Installation installation, Duration lockTimeout) {
    this.name = name;
    this.installation = installation;
    this.lockTimeout = lockTimeout;
  }

  static WatchMigration install(
      FeatureView view, Watch watch, RingMode mode, Duration lockTimeout) {
    return new WatchMigration(
        WatchName.of(view, watch), new Installation(view, watch, mode), lockTimeout);
  }

  static WatchMigration remove(String name, Duration lockTimeout) {
    return new WatchMigration(name, null, lockTimeout);
  }

  @Override
  public @Nullable MigrationVersion getVersion() {
    return null; // repeatable
  }

  @Override
  public String getDescription() {
    return name;
  }

  @Override
  public Integer getChecksum() {
    return installation == null
        ? 0
        : (installation.watch.definition() + "\nring " + installation.mode).hashCode();
  }

  @Override
  public boolean canExecuteInTransaction() {
    return true;
  }

  @Override
  public void migrate(Context context) throws SQLException {
    Connection connection = context.getConnection();
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements(connection)) {
        statement.execute(sql);
      }
    }
  }

  private List<String> statements(Connection connection) throws SQLException {
    List<String> statements = new ArrayList<>();
    statements.add("SET LOCAL lock_timeout = " + lockTimeout.toMillis());
    String oldId =
        ViewMigration.ask(
            connection,
            "SELECT id::text FROM freshet.watch WHERE name = ? AND retired_at IS NULL",
            name);
    String oldRelation =
        ViewMigration.ask(
            connection,
            "SELECT relation FROM freshet.watch WHERE name = ? AND retired_at IS NULL",
            name);
    ViewMigration.execute(
        connection,
        "UPDATE freshet.watch SET retired_at = now() WHERE name = ? AND retired_at IS NULL",
        name);
    if (installation != null) {
      statements.addAll(install(connection, installation));
    } else if (oldRelation != null && exists(connection, RelationName.parse(oldRelation))) {
      statements.addAll(WatchSql.dropTriggers(name, RelationName.parse(oldRelation).sql()));
    }
    if (oldId != null) {
      statements.add(
          "DROP FUNCTION IF EXISTS freshet.%s() CASCADE"
              .formatted(WatchSql.functionName(Integer.parseInt(oldId))));
    }
    return statements;
  }

  private static boolean exists(Connection connection, RelationName table) throws SQLException {
    return TableShape.read(connection, table).isPresent();
  }

  private List<String> install(Connection connection, Installation what) throws SQLException {
    Watch watch = what.watch();
    TableShape shape = TableShape.read(connection, watch.table()).orElseThrow();
    String id =
        ViewMigration.ask(
            connection,
            """
            INSERT INTO freshet.watch (view_id, name, relation, definition_hash)
            SELECT id, ?, ?, ? FROM freshet.view WHERE name = ? RETURNING id::text
            """,
            name,
            watch.table().toString(),
            FeatureView.hash(watch.definition()),
            what.view().name());
    int watchId = Integer.parseInt(String.valueOf(id));
    WatchSql sql = new WatchSql(name, watch, shape, what.mode());
    List<String> statements = new ArrayList<>();
    statements.add(sql.createFunction(watchId));
    statements.addAll(sql.createTriggers(watchId));
    statements.add(
        "INSERT INTO freshet.change_log (watch_id, keys) VALUES (%s, NULL)".formatted(watchId));
    if (what.mode() != RingMode.POLL) {
      statements.add("SELECT pg_notify('%s', '')".formatted(PostgresDoorbell.CHANNEL));
    }
    return statements;
  }
}
