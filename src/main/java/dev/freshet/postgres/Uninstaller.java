package dev.freshet.postgres;

import dev.freshet.lifecycle.Backoff;
import dev.freshet.view.RelationName;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Removes all that Freshet keeps in a database.
 *
 * <p>Each watch's function goes first, in a short transaction of its own, and its triggers with it,
 * on whatever table they are now; this needs no right on that table. Then the schema goes as a
 * whole. It follows the catalogs and not {@code freshet.watch}, so broken watches, dropped tables
 * and half a migration do not stop it; and what it could not do, the next run does.
 */
public final class Uninstaller {
  private static final int TRIES_MAX = 10;

  private final PostgresDatabase database;

  public Uninstaller(PostgresDatabase database) {
    this.database = database;
  }

  private record Drop(String description, String sql, String owner, boolean isAllowed) {}

  /**
   * What {@link #uninstall} would run; empty if nothing is installed. Changes nothing.
   *
   * @throws MigrationException if the schema is not Freshet's
   */
  public List<PlannedMigration> planned() {
    return drops().stream()
        .map(drop -> new PlannedMigration(drop.description(), statements(drop)))
        .toList();
  }

  /**
   * Removes it.
   *
   * @param isForced whether a daemon that runs, and views of others that would go too, are no
   *     reason to stop
   * @return what was removed; empty if nothing was installed
   * @throws MigrationException with what stands in the way, or what this role may not remove
   * @throws dev.freshet.lifecycle.ServerUnavailableException if Postgres does not answer
   */
  public List<String> uninstall(boolean isForced) {
    return MigrationLock.during(database, () -> uninstallAlone(isForced));
  }

  private List<String> uninstallAlone(boolean isForced) {
    List<Drop> drops = drops();
    if (!drops.isEmpty() && !isForced) {
      refuse(database.expect("looking for daemons", Uninstaller::obstacles));
    }
    List<String> removed = new ArrayList<>();
    for (Drop drop : drops) {
      if (drop.isAllowed()) {
        run(drop);
        removed.add(drop.description());
      }
    }
    refuse(
        drops.stream()
            .filter(drop -> !drop.isAllowed())
            .map(
                drop ->
                    "%s belongs to %s and may not be dropped by this role; run as %s: %s;"
                        .formatted(drop.description(), drop.owner(), drop.owner(), drop.sql()))
            .toList());
    return removed;
  }

  private static void refuse(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new MigrationException(problems, null);
    }
  }

  private List<Drop> drops() {
    return database.expect("looking for what is installed", Uninstaller::readDrops);
  }

  private static List<Drop> readDrops(Connection connection) throws SQLException {
    List<Drop> drops = new ArrayList<>();
    List<TextQuery.Row> schema =
        TextQuery.rows(
            connection,
            """
            SELECT quote_ident(pg_get_userbyid(nspowner)::text), pg_has_role(nspowner, 'USAGE')::text,
                   (EXISTS (SELECT FROM pg_class AS c WHERE c.relnamespace = n.oid
                               AND c.relname IN ('migration_history', 'change_log', 'view', 'watch'))
                    OR NOT EXISTS (SELECT FROM pg_class AS c WHERE c.relnamespace = n.oid))::text
              FROM pg_namespace AS n WHERE nspname = 'freshet'
            """);
    if (schema.isEmpty()) {
      return drops;
    }
    TextQuery.Row found = schema.get(0);
    if (!found.is(2)) {
      throw new MigrationException(
          List.of(
              "there is a schema freshet, but it holds no table of Freshet's, so it is left alone; drop it yourself if it is of no use"),
          null);
    }
    boolean isSchemaOwner = found.is(1);
    for (TextQuery.Row row :
        TextQuery.rows(
            connection,
            """
            SELECT p.proname::text, quote_ident(pg_get_userbyid(p.proowner)::text), pg_has_role(p.proowner, 'USAGE')::text,
                   coalesce((SELECT string_agg(DISTINCT t.tgrelid::regclass::text, ', ') FROM pg_trigger AS t WHERE t.tgfoid = p.oid),
                            'no table')
              FROM pg_proc AS p
             WHERE p.pronamespace = 'freshet'::regnamespace AND p.proname LIKE 'watch\\_%'
             ORDER BY length(p.proname), p.proname
            """)) {
      String name = "freshet." + RelationName.quoted(row.text(0)) + "()";
      drops.add(
          new Drop(
              "function %s and its triggers on %s".formatted(name.replace("\"", ""), row.text(3)),
              "DROP FUNCTION IF EXISTS %s CASCADE".formatted(name),
              row.text(1),
              isSchemaOwner || row.is(2)));
    }
    drops.add(
        new Drop("schema freshet", "DROP SCHEMA freshet CASCADE", found.text(0), isSchemaOwner));
    return drops;
  }

  private static List<String> obstacles(Connection connection) throws SQLException {
    List<String> obstacles = new ArrayList<>();
    String daemons =
        TextQuery.ask(
            connection,
            """
            SELECT string_agg(DISTINCT pid::text, ', ') FROM (
              SELECT pid FROM pg_stat_activity
               WHERE datname = current_database() AND application_name = '%s'
              UNION ALL
              SELECT pid FROM pg_locks
               WHERE locktype = 'advisory' AND classid = %s::oid AND objsubid = 2 AND objid::bigint < 2147483648 AND mode = 'ExclusiveLock' AND granted
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS sessions
            """
                .formatted(PostgresDoorbell.APPLICATION_NAME, PostgresDoorbell.LOCK_CLASS));
    if (daemons != null) {
      obstacles.add(
          "a daemon is connected (server process %s); stop every `freshet run` first, or add --force: its log will then be gone from under it"
              .formatted(daemons));
    }
    String dependents =
        TextQuery.ask(
            connection,
            """
            SELECT string_agg(DISTINCT v.oid::regclass::text, ', ')
              FROM pg_depend AS d
              JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
              JOIN pg_class AS v ON v.oid = r.ev_class
              JOIN pg_class AS t ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid
             WHERE t.relnamespace = 'freshet'::regnamespace AND v.relnamespace <> t.relnamespace
            """);
    if (dependents != null) {
      obstacles.add(
          "%s read from schema freshet and would be dropped with it; drop or change them first, or add --force"
              .formatted(dependents));
    }
    return obstacles;
  }

  private static List<String> statements(Drop drop) {
    return List.of("SET LOCAL lock_timeout = " + Migrator.LOCK_TIMEOUT.toMillis(), drop.sql());
  }

  private void run(Drop drop) {
    Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5), new Random());
    for (int tries = 1; ; tries++) {
      try (Connection connection = database.unhurried().getConnection()) {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
          for (String sql : statements(drop)) {
            statement.execute(sql);
          }
        }
        connection.commit();
        return;
      } catch (SQLException e) {
        if (tries == TRIES_MAX || !PostgresErrors.isWorthWaiting(e)) {
          throw failed(drop, e);
        }
      }
      Migrator.waitMs(backoff.nextMs());
    }
  }

  private static RuntimeException failed(Drop drop, SQLException e) {
    if (PostgresErrors.isWorthWaiting(e)) {
      return new MigrationException(
          List.of(
              "%s stayed locked by another transaction; what was removed so far is gone: run freshet migrate --uninstall again when it is less busy"
                  .formatted(drop.description())),
          e);
    }
    return PostgresErrors.isStatementAtFault(e)
        ? new PostgresRefusedException("dropping " + drop.description(), e)
        : PostgresErrors.unavailable("dropping " + drop.description(), e);
  }
}
