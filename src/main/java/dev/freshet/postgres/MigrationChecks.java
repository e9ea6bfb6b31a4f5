package dev.freshet.postgres;

import dev.freshet.view.FeatureView;
import dev.freshet.view.QueryTemplate;
import dev.freshet.view.Watch;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Compares the views of a configuration with the database that they are to be installed in. */
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
    String version = ViewMigration.ask(connection, "SELECT current_setting('server_version_num')");
    if (version == null || Integer.parseInt(version) < VERSION_MIN) {
      problems.add("the server is older than PostgreSQL 14; Freshet needs 14 or newer");
      return problems;
    }
    checkPublications();
    if (!isModeChosen) {
      checkTwoPhaseCommit();
    }
    for (FeatureView view : views) {
      checkLoad(view);
      for (int i = 0; i < view.watches().size(); i++) {
        checkWatch(view, view.watches().get(i), "views.%s.watch[%d]".formatted(view.name(), i));
      }
    }
    return problems;
  }

  /** A slot is emptied by TRUNCATE, which would empty a subscriber's ring too. */
  void checkPublications() throws SQLException {
    String publications =
        ViewMigration.ask(
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
        ViewMigration.ask(connection, "SELECT current_setting('max_prepared_transactions')");
    if (!"0".equals(prepared)) {
      problems.add(
          "postgres.doorbell: this server allows prepared transactions (max_prepared_transactions = %s), and PREPARE TRANSACTION fails for a writer that rings; write `doorbell: poll`, or `doorbell: doorbell` if nobody prepares transactions that write to watched tables"
              .formatted(prepared));
    }
  }

  List<String> problems() {
    return problems;
  }

  private void checkLoad(FeatureView view) {
    String where = "views.%s.load".formatted(view.name());
    Optional<List<String>> columns =
        resultColumns(where, new KeyedQuery(view.load(), view.key().placeholders()));
    if (columns.isPresent()) {
      for (String placeholder : view.key().placeholders()) {
        if (!columns.get().contains(placeholder)) {
          problems.add(
              "%s: does not return the column %s of the key %s; it returns %s"
                  .formatted(where, placeholder, view.key(), String.join(", ", columns.get())));
        }
      }
      if (view.key().placeholders().containsAll(columns.get())) {
        problems.add(
            "%s: returns nothing but the key; return the document as a further column"
                .formatted(where));
      }
    }
  }

  private void checkWatch(FeatureView view, Watch watch, String where) throws SQLException {
    Optional<TableShape> found = TableShape.read(connection, watch.table());
    if (found.isEmpty()) {
      problems.add(
          "%s.table: there is no table %s in this database; create it first, or mend the name"
              .formatted(where, watch.table()));
      return;
    }
    TableShape shape = found.get();
    if (!shape.kind().equals("r") || shape.isPartOfInheritance()) {
      problems.add(
          "%s.table: %s is %s; this version watches ordinary tables only"
              .formatted(where, watch.table(), kindOf(shape)));
      return;
    }
    Stream.concat(watch.by().stream(), watch.columns().stream())
        .distinct()
        .filter(column -> shape.column(column).isEmpty())
        .forEach(
            column ->
                problems.add(
                    "%s: %s has no column %s; it has %s"
                        .formatted(
                            where,
                            watch.table(),
                            column,
                            String.join(
                                ", ",
                                shape.columns().stream().map(TableShape.Column::name).toList()))));
    for (String name : watch.by()) {
      shape
          .column(name)
          .filter(column -> !KeyText.isKeyType(column.baseType()))
          .ifPresent(
              column ->
                  problems.add(
                      "%s.by: %s.%s is of type %s, which cannot be a key; keys are %s"
                          .formatted(
                              where,
                              watch.table(),
                              name,
                              column.baseType(),
                              KeyText.ALLOWED_TYPES)));
    }
    QueryTemplate keys = watch.keys();
    if (keys != null) {
      checkKeys(view, new KeyedQuery(keys, watch.by()), where + ".keys");
    }
  }

  private void checkKeys(FeatureView view, KeyedQuery keys, String where) {
    resultColumns(where, keys)
        .filter(columns -> !columns.containsAll(view.key().placeholders()))
        .ifPresent(
            columns ->
                problems.add(
                    "%s: must return the columns %s of the key %s, but returns %s"
                        .formatted(
                            where,
                            String.join(", ", view.key().placeholders()),
                            view.key(),
                            String.join(", ", columns))));
  }

  private Optional<List<String>> resultColumns(String where, KeyedQuery query) {
    try {
      return Optional.of(query.resultColumns(connection));
    } catch (SQLException e) {
      problems.add("%s: does not run: %s".formatted(where, PostgresErrors.describe(e)));
      return Optional.empty();
    }
  }

  private static String kindOf(TableShape shape) {
    return switch (shape.kind()) {
      case "p" -> "a partitioned table";
      case "v" -> "a view";
      case "m" -> "a materialized view";
      case "f" -> "a foreign table";
      case "r" -> "a parent, child or partition of another table";
      default -> "no table";
    };
  }
}
