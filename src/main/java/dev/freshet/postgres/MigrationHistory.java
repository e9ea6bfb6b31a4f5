package dev.freshet.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;

/** Whether what is installed was installed by scripts that are this version's own. */
final class MigrationHistory {
  private static final String REINSTALL =
      "`freshet migrate --uninstall` and then `freshet migrate` put this version's in its place, and the daemon evicts every view once";

  private MigrationHistory() {}

  /**
   * What is wrong with the history, and what to do; empty if it is as this version left it.
   *
   * @param all that this version has or that was applied
   */
  static Optional<String> problem(MigrationInfo[] all) {
    List<String> differences = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    for (MigrationInfo info : all) {
      if (!info.isVersioned()) {
        continue;
      }
      MigrationState state = info.getState();
      if (state.isApplied() && !state.isResolved()) {
        unknown.add(applied(info));
      } else if (state.isFailed()) {
        differences.add(applied(info) + " did not end");
      } else if (state == MigrationState.IGNORED) {
        differences.add("V%s %s was left out".formatted(info.getVersion(), info.getDescription()));
      } else if (state.isApplied() && !info.isChecksumMatching()) {
        differences.add(
            "%s with checksum %s, and this version's has checksum %s"
                .formatted(applied(info), info.getAppliedChecksum(), info.getResolvedChecksum()));
      }
    }
    if (!unknown.isEmpty()) {
      return Optional.of(
          "the database was migrated by a newer Freshet: %s, and this version knows only up to V%s; use that newer version, or go back: %s"
              .formatted(String.join("; ", unknown), latest(all), REINSTALL));
    } else if (!differences.isEmpty()) {
      return Optional.of(
          "schema freshet was installed by another version of Freshet, or its scripts were edited: %s; use the version that installed it, or change over: %s"
              .formatted(String.join("; ", differences), REINSTALL));
    }
    return Optional.empty();
  }

  private static String applied(MigrationInfo info) {
    return "V%s %s was installed on %tF by %s"
        .formatted(
            info.getVersion(), info.getDescription(), info.getInstalledOn(), info.getInstalledBy());
  }

  private static String latest(MigrationInfo[] all) {
    return Stream.of(all)
        .filter(info -> info.isVersioned() && info.getState().isResolved())
        .map(info -> info.getVersion().toString())
        .reduce("0", (before, version) -> version);
  }

  /**
   * What is wrong with a schema that has no history; empty if there is no schema, or nothing in it.
   */
  static Optional<String> problemWithoutHistory(Connection connection) throws SQLException {
    String objects =
        TextQuery.ask(
            connection,
            """
            SELECT string_agg(relname, ', ' ORDER BY relname)
              FROM pg_class
             WHERE relnamespace = to_regnamespace('freshet') AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
               AND NOT relispartition
               AND to_regclass('freshet.migration_history') IS NULL
            """);
    return Optional.ofNullable(objects)
        .map(
            names ->
                "schema freshet holds %s, and no freshet.migration_history that says where they come from; if they are Freshet's (a script of --dry-run that was run by hand leaves this): %s; if not, rename that schema"
                    .formatted(names, REINSTALL));
  }
}
