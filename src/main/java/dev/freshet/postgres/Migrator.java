package dev.freshet.postgres;

import dev.freshet.eviction.RingMode;
import dev.freshet.lifecycle.Backoff;
import dev.freshet.view.FeatureView;
import dev.freshet.view.Watch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.migration.JavaMigration;
import org.flywaydb.core.api.output.MigrateOutput;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a database to what a configuration asks for, with Flyway: the schema {@code freshet} by
 * the scripts in {@code db/migrations}, and one repeatable migration per view and per watch.
 *
 * <p>Each migration is a transaction of its own. One that cannot get its lock within the lock
 * timeout is tried again, so that no writer waits long behind it. Runs at the same time wait for
 * each other.
 */
public final class Migrator {
  private static final Logger log = LoggerFactory.getLogger("freshet.migrate");

  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(2);
  private static final int TRIES_MAX = 10;
  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final String DEADLOCK = "40P01";

  /** The schema that holds all that Freshet keeps in a database. */
  public static final String SCHEMA = "freshet";

  private static final String HISTORY_TABLE = "migration_history";

  private final PostgresDatabase database;
  private final List<FeatureView> views;
  private final RingMode mode;
  private final boolean isModeChosen;

  /**
   * @param mode how writers wake the daemon
   * @param isModeChosen whether somebody has decided on that mode
   */
  public Migrator(
      PostgresDatabase database, List<FeatureView> views, RingMode mode, boolean isModeChosen) {
    this.database = database;
    this.views = List.copyOf(views);
    this.mode = mode;
    this.isModeChosen = isModeChosen;
  }

  /** The descriptions of the migrations that would be applied, in order. */
  public List<String> pending() {
    try {
      return Stream.of(flyway().info().pending()).map(Migrator::describe).toList();
    } catch (FlywayException e) {
      throw failed(e);
    }
  }

  private static String describe(MigrationInfo info) {
    return info.getVersion() == null
        ? info.getDescription()
        : "V%s %s".formatted(info.getVersion(), info.getDescription());
  }

  /**
   * Applies what is pending.
   *
   * @return the descriptions of what was applied, in order
   * @throws MigrationException with all problems, if the configuration does not fit the database
   * @throws dev.freshet.lifecycle.ServerUnavailableException if Postgres does not answer
   */
  public List<String> migrate() {
    check();
    List<String> applied = new ArrayList<>();
    Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5), new Random());
    for (int tries = 1; ; tries++) {
      try {
        flyway().migrate().migrations.stream().map(Migrator::describe).forEach(applied::add);
        return applied;
      } catch (FlywayException e) {
        String state = PostgresErrors.state(e);
        if (tries == TRIES_MAX || !(state.equals(LOCK_NOT_AVAILABLE) || state.equals(DEADLOCK))) {
          throw failed(e);
        }
        waitMs(backoff.nextMs());
      }
    }
  }

  private static String describe(MigrateOutput output) {
    return output.version == null || output.version.isEmpty()
        ? output.description
        : "V%s %s".formatted(output.version, output.description);
  }

  private static void waitMs(long ms) {
    log.info("a table is busy; trying again in_ms={}", ms);
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MigrationException(List.of("interrupted while waiting for a table's lock"), e);
    }
  }

  private static MigrationException failed(FlywayException e) {
    String message = String.valueOf(e.getMessage()).strip();
    if (PostgresErrors.state(e).equals(LOCK_NOT_AVAILABLE)) {
      message =
          "a watched table stayed locked by another transaction; what was applied so far stays: run freshet migrate again when it is less busy\n"
              + message;
    }
    return new MigrationException(List.of(message), e);
  }

  private void check() {
    refuse(
        database.expect(
            "comparing the configuration with the database",
            connection -> new MigrationChecks(connection).problems(views, isModeChosen)));
  }

  /**
   * Compares the database with what a daemon needs of it.
   *
   * @throws NotMigratedException if something is pending
   * @throws MigrationException if the change log is published to others
   */
  public void checkMigrated() {
    List<String> pending = pending();
    if (!pending.isEmpty()) {
      throw new NotMigratedException(
          "pending: %s; run freshet migrate".formatted(String.join(", ", pending)), null);
    }
    refuse(
        database.expect(
            "looking for publications",
            connection -> {
              MigrationChecks checks = new MigrationChecks(connection);
              checks.checkPublications();
              return checks.problems();
            }));
  }

  private static void refuse(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new MigrationException(problems, null);
    }
  }

  private Flyway flyway() {
    return Flyway.configure()
        .dataSource(database.unhurried())
        .schemas(SCHEMA)
        .defaultSchema(SCHEMA)
        .createSchemas(true)
        .table(HISTORY_TABLE)
        .locations("classpath:db/migrations")
        .javaMigrations(migrations())
        .ignoreMigrationPatterns("repeatable:missing")
        .validateMigrationNaming(true)
        .cleanDisabled(true)
        .loggers("slf4j")
        .load();
  }

  private JavaMigration[] migrations() {
    List<JavaMigration> migrations = new ArrayList<>();
    Set<String> configured = new HashSet<>();
    for (FeatureView view : views) {
      migrations.add(ViewMigration.install(view));
      configured.add(view.name());
      for (Watch watch : view.watches()) {
        WatchMigration migration = WatchMigration.install(view, watch, mode, LOCK_TIMEOUT);
        migrations.add(migration);
        configured.add(migration.getDescription());
      }
    }
    Installed installed = installed();
    installed.watches().stream()
        .filter(name -> !configured.contains(name))
        .map(name -> WatchMigration.remove(name, LOCK_TIMEOUT))
        .forEach(migrations::add);
    installed.views().stream()
        .filter(name -> !configured.contains(name))
        .map(ViewMigration::remove)
        .forEach(migrations::add);
    return migrations.toArray(JavaMigration[]::new);
  }

  private record Installed(List<String> watches, List<String> views) {}

  /** What is in force in the database; nothing if it was never migrated. */
  private Installed installed() {
    return database.expect("reading the installed watches", Migrator::readInstalled);
  }

  private static Installed readInstalled(Connection connection) throws SQLException {
    if (ViewMigration.ask(connection, "SELECT to_regclass('freshet.watch')::text") == null) {
      return new Installed(List.of(), List.of());
    }
    return new Installed(
        names(
            connection,
            "SELECT array_agg(name) FROM freshet.watch WHERE retired_at IS NULL AND relation IS NOT NULL"),
        names(
            connection,
            "SELECT array_agg(name) FROM freshet.view WHERE definition_hash <> 'removed'"));
  }

  private static List<String> names(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      row.next();
      String[] names = row.getObject(1, String[].class);
      return names == null ? List.of() : Arrays.asList(names);
    }
  }
}
