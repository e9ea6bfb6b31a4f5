package dev.freshet.postgres;

import dev.freshet.view.FeatureView;
import dev.freshet.view.Watch;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Compares a configuration with the database that it is to be installed in. */
final class MigrationChecks {
  private static final int VERSION_MIN = 140_000;

  private final Connection connection;
  private final List<String> problems = new ArrayList<>();

  MigrationChecks(Connection connection) {
    this.connection = connection;
  }

  /**
   * All problems, each with where and what to do; empty if there is none.
   *
   * @param isModeChosen whether somebody has decided how writers wake the daemon
   */
  List<String> problems(List<FeatureView> views, boolean isModeChosen) throws SQLException {
    String version = TextQuery.ask(connection, "SELECT current_setting('server_version_num')");
    if (version == null || Integer.parseInt(version) < VERSION_MIN) {
      problems.add("the server is older than PostgreSQL 14; Freshet needs 14 or newer");
      return problems;
    }
    checkPublications();
    if (!isModeChosen) {
      checkTwoPhaseCommit();
    }
    problems.addAll(new RoleRights(connection).onDatabase());
    for (FeatureView view : views) {
      problems.addAll(new ViewChecks(connection, view).problems());
    }
    return problems;
  }

  /** A slot is emptied by TRUNCATE, which would empty a subscriber's ring too. */
  void checkPublications() throws SQLException {
    String publications =
        TextQuery.ask(
            connection,
            """
            SELECT string_agg(DISTINCT p, ', ') FROM (
              SELECT pubname::text FROM pg_publication WHERE puballtables
              UNION ALL SELECT pubname::text FROM pg_publication_tables WHERE schemaname = 'freshet') AS publishing (p)
            """);
    if (publications != null) {
      problems.add(
          "schema freshet is published by %s, and a subscriber would lose what it has not applied; publish named tables or schemas without freshet instead"
              .formatted(publications));
    }
  }

  /** A transaction that rings cannot be prepared: its writer would fail. */
  private void checkTwoPhaseCommit() throws SQLException {
    String prepared =
        TextQuery.ask(connection, "SELECT current_setting('max_prepared_transactions')");
    if (!"0".equals(prepared)) {
      problems.add(
          "postgres.doorbell: this server allows prepared transactions (max_prepared_transactions = %s), and PREPARE TRANSACTION fails for a writer that rings; write `doorbell: poll`, or `doorbell: doorbell` if nobody prepares transactions that write to watched tables"
              .formatted(prepared));
    }
  }

  /**
   * A daemon's role maps changes to keys by {@code keys} queries: what row security hides from it
   * would not be evicted.
   */
  void checkRowSecurity(List<FeatureView> views) throws SQLException {
    RoleRights rights = new RoleRights(connection);
    for (FeatureView view : views) {
      if (view.watches().stream().anyMatch(watch -> watch.keys() != null)) {
        for (Watch watch : view.watches()) {
          for (String problem : rights.toSeeAllRowsOf(watch.table())) {
            problems.add("views.%s: %s".formatted(view.name(), problem));
          }
        }
      }
    }
  }

  /** What was found so far. */
  List<String> problems() {
    return problems;
  }
}
