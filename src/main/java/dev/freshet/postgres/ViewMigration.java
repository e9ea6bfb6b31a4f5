package dev.freshet.postgres;

import dev.freshet.view.FeatureView;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;
import org.jspecify.annotations.Nullable;

/** Writes down a view's present definition, or that it was removed. Repeated when that changes. */
final class ViewMigration implements JavaMigration {
  private final String view;
  private final @Nullable FeatureView definition;

  private ViewMigration(String view, @Nullable FeatureView definition) {
    this.view = view;
    this.definition = definition;
  }

  static ViewMigration install(FeatureView view) {
    return new ViewMigration(view.name(), view);
  }

  static ViewMigration remove(String view) {
    return new ViewMigration(view, null);
  }

  @Override
  public @Nullable MigrationVersion getVersion() {
    return null; // repeatable
  }

  @Override
  public String getDescription() {
    return "view " + view;
  }

  @Override
  public Integer getChecksum() {
    return definition == null ? 0 : definition.definitionHash().hashCode();
  }

  @Override
  public boolean canExecuteInTransaction() {
    return true;
  }

  @Override
  public void migrate(Context context) throws SQLException {
    Connection connection = context.getConnection();
    if (definition == null) {
      execute(
          connection, "UPDATE freshet.view SET definition_hash = 'removed' WHERE name = ?", view);
      execute(
          connection,
          "UPDATE freshet.watch SET retired_at = now() WHERE name = ? AND retired_at IS NULL",
          WatchName.ofPeople(view));
      return;
    }
    execute(
        connection,
        """
        INSERT INTO freshet.view (name, key_template, definition_hash) VALUES (?, ?, ?)
        ON CONFLICT (name) DO UPDATE
          SET key_template = excluded.key_template, definition_hash = excluded.definition_hash
        """,
        view,
        definition.key().toString(),
        definition.definitionHash());
    execute(
        connection,
        """
        INSERT INTO freshet.watch (view_id, name, definition_hash)
        SELECT id, ?, 'people' FROM freshet.view WHERE name = ?
        ON CONFLICT (name) WHERE retired_at IS NULL DO NOTHING
        """,
        WatchName.ofPeople(view),
        view);
  }

  static void execute(Connection connection, String sql, String... parameters) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setString(i + 1, parameters[i]);
      }
      statement.execute();
    }
  }

  static @Nullable String ask(Connection connection, String sql, String... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setString(i + 1, parameters[i]);
      }
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getString(1) : null;
      }
    }
  }
}
