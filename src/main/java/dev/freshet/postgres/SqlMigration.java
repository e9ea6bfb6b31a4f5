package dev.freshet.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;
import org.jspecify.annotations.Nullable;

/**
 * A repeatable migration whose SQL is known before it runs, so that what a dry run prints is what
 * would run.
 */
final class SqlMigration implements JavaMigration {
  private final String description;
  private final int checksum;
  private final List<String> statements;

  /**
   * @param description the same for every version of it
   * @param checksum another one if it must run again
   * @param statements run in one transaction
   */
  SqlMigration(String description, int checksum, List<String> statements) {
    this.description = description;
    this.checksum = checksum;
    this.statements = List.copyOf(statements);
  }

  @Override
  public @Nullable MigrationVersion getVersion() {
    return null; // repeatable
  }

  @Override
  public String getDescription() {
    return description;
  }

  @Override
  public Integer getChecksum() {
    return checksum;
  }

  @Override
  public boolean canExecuteInTransaction() {
    return true;
  }

  @Override
  public void migrate(Context context) throws SQLException {
    Connection connection = context.getConnection();
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }
}
