package dev.freshet.cli;

import dev.freshet.postgres.PlannedMigration;
import java.util.List;

/** Planned migrations as one script for people and for psql. */
public final class MigrationScript {
  private static final String HEADER =
      """
      -- What `freshet %s` would run now. Nothing has been changed.
      --
      -- Freshet runs each part as a transaction of its own, in this order, and tries again if a lock does not come in time.
      -- It also keeps a history of its own (Flyway's) in freshet.migration_history, which this script does not write: read
      -- it here, and let `freshet %s` run it. By hand, on a database of no importance: psql -v ON_ERROR_STOP=1 -f FILE
      """;

  private MigrationScript() {}

  /**
   * The script.
   *
   * @param command that would run this
   */
  public static String of(String command, List<PlannedMigration> planned) {
    if (planned.isEmpty()) {
      return "-- nothing to do for `freshet %s`\n".formatted(command);
    }
    StringBuilder script = new StringBuilder(HEADER.formatted(command, command));
    for (PlannedMigration migration : planned) {
      script.append("\n-- ").append(oneLine(migration.description())).append("\nBEGIN;\n");
      for (String statement : migration.statements()) {
        script.append(statement).append(statement.endsWith(";") ? "\n" : ";\n");
      }
      script.append("COMMIT;\n");
    }
    return script.toString();
  }

  /** A line break in a table's name would end the comment. */
  private static String oneLine(String description) {
    return description.replaceAll("\\R", " ");
  }
}
