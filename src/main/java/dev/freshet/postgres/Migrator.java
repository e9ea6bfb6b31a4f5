package dev.freshet.postgres;

import dev.freshet.lifecycle.Backoff;
import dev.freshet.view.FeatureView;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.migration.JavaMigration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a database to what a configuration asks for, with Flyway: the schema {@code freshet} by
 * the scripts in {@code db/migrations}, and one repeatable migration per view and per watch.
 *
 * <p>Each migration is a transaction of its own, whose SQL is known before it begins ({@link
 * MigrationPlan}). One that cannot get its lock within the lock timeout is tried again, so that no
 * writer waits long behind it. Runs at the same time wait for each other ({@link MigrationLock});
 * should one have lost its lock, its plan fails where another run has changed something, and is
 * made anew.
 */
public final class Migrator {
  private static final Logger log = LoggerFactory.getLogger("freshet.migrate");

  static final Duration LOCK_TIMEOUT = Duration.ofSeconds(2);
  private static final int TRIES_MAX = 10;

  /** The schema that holds all that Freshet keeps in a database. */
  public static final String SCHEMA = "freshet";

  static final String HISTORY_TABLE = "migration_history";
  private static final String SCRIPTS = "db/migrations";

  private final PostgresDatabase database;
  private final List<FeatureView> views;
  private final TriggerSettings triggers;
  private final boolean isModeChosen;

  /**
   * @param triggers what all of them have in common
   * @param isModeChosen whether somebody has decided how writers wake the daemon
   */
  public Migrator(
      PostgresDatabase database,
      List<FeatureView> views,
      TriggerSettings triggers,
      boolean isModeChosen) {
    this.database = database;
    this.views = List.copyOf(views);
    this.triggers = triggers;
    this.isModeChosen = isModeChosen;
  }

  /**
   * The descriptions of the migrations that would be applied, in order. Those that repair something
   * have the reason behind them, in parentheses.
   *
   * @throws MigrationException if another version of Freshet installed the schema
   */
  public List<String> pending() {
    return pending(step -> true);
  }

  private List<String> pending(Predicate<MigrationPlan.Step> isCounted) {
    try {
      checkHistory();
      List<MigrationPlan.Step> steps = steps();
      Map<String, String> reasons = new HashMap<>();
      Set<String> uncounted = new HashSet<>();
      for (MigrationPlan.Step step : steps) {
        if (!isCounted.test(step)) {
          uncounted.add(step.description());
        }
        if (step.reason() != null) {
          reasons.put(step.description(), step.reason());
        }
      }
      return Stream.of(flyway(steps, new LinkedHashSet<>()).info().pending())
          .map(Migrator::describe)
          .filter(name -> !uncounted.contains(name))
          .map(name -> reasons.containsKey(name) ? name + " (" + reasons.get(name) + ")" : name)
          .toList();
    } catch (FlywayException e) {
      throw failed(e);
    }
  }

  /**
   * What {@link #migrate} would run now. Changes nothing.
   *
   * @throws MigrationException with all problems, if the configuration does not fit the database
   */
  public List<PlannedMigration> planned() {
    check();
    List<PlannedMigration> planned = new ArrayList<>();
    boolean hasSchema =
        database.expect(
            "looking for schema freshet",
            connection ->
                TextQuery.ask(connection, "SELECT to_regnamespace('freshet')::text") != null);
    if (!hasSchema) {
      planned.add(new PlannedMigration("schema freshet", List.of("CREATE SCHEMA freshet")));
    }
    List<MigrationPlan.Step> steps = writtenSteps();
    Map<String, List<String>> statements = new HashMap<>();
    steps.forEach(step -> statements.put(step.description(), statementsOf(step)));
    try {
      for (MigrationInfo info : flyway(steps, new LinkedHashSet<>()).info().pending()) {
        planned.add(
            new PlannedMigration(
                describe(info),
                info.isVersioned()
                    ? List.of(script(info.getScript()))
                    : statements.getOrDefault(info.getDescription(), List.of())));
      }
      return planned;
    } catch (FlywayException e) {
      throw failed(e);
    }
  }

  private static String script(String name) {
    try (InputStream in =
        Migrator.class.getClassLoader().getResourceAsStream(SCRIPTS + "/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the script %s/%s is missing".formatted(SCRIPTS, name));
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("the script %s cannot be read".formatted(name), e);
    }
  }

  private static String describe(MigrationInfo info) {
    return info.isVersioned()
        ? "V%s %s".formatted(info.getVersion(), info.getDescription())
        : info.getDescription();
  }

  /**
   * Applies what is pending.
   *
   * @return the descriptions of what was applied, in order
   * @throws MigrationException with all problems, if the configuration does not fit the database
   * @throws dev.freshet.lifecycle.ServerUnavailableException if Postgres does not answer
   */
  public List<String> migrate() {
    return MigrationLock.during(database, this::migrateAlone);
  }

  private List<String> migrateAlone() {
    check();
    Set<String> applied = new LinkedHashSet<>();
    Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5), new Random());
    for (int tries = 1; ; tries++) {
      try {
        flyway(writtenSteps(), applied).migrate();
        return List.copyOf(applied);
      } catch (FlywayException e) {
        if (tries == TRIES_MAX || !PostgresErrors.isWorthWaiting(e)) {
          throw failed(e);
        }
        waitMs(backoff.nextMs());
      }
    }
  }

  static void waitMs(long ms) {
    log.info("a table is busy; trying again in_ms={}", ms);
    sleep(ms);
  }

  static void sleep(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MigrationException(List.of("interrupted while waiting for a lock"), e);
    }
  }

  private static RuntimeException failed(FlywayException e) {
    String message = String.valueOf(e.getMessage()).strip();
    String state = PostgresErrors.state(e);
    if (state.equals(PostgresErrors.LOCK_NOT_AVAILABLE)) {
      message =
          "a watched table stayed locked by another transaction; what was applied so far stays: run freshet migrate again when it is less busy\n"
              + message;
    } else if (!PostgresErrors.isWorthWaiting(e)) {
      Optional<RuntimeException> unavailable =
          PostgresErrors.ifUnavailable("migrating the database", e);
      if (unavailable.isPresent()) {
        return unavailable.get();
      }
    }
    return new MigrationException(List.of(message), e);
  }

  private void check() {
    try {
      checkHistory();
    } catch (FlywayException e) {
      throw failed(e);
    }
    refuse(
        database.expect(
            "comparing the configuration with the database",
            connection -> new MigrationChecks(connection).problems(views, isModeChosen)));
  }

  /** A schema of another version is not even looked into further: its tables may be others. */
  private void checkHistory() {
    refuse(
        database.expect(
            "looking for schema freshet",
            connection -> MigrationHistory.problemWithoutHistory(connection).stream().toList()));
    refuse(
        MigrationHistory.problem(flyway(List.of(), new LinkedHashSet<>()).info().all()).stream()
            .toList());
  }

  /**
   * Compares the database with what a daemon needs of it. A defect, as a trigger that is missing,
   * does not keep it from starting: it evicts all else, and says that it is not ready, and why.
   *
   * @throws NotMigratedException if something is pending that cannot wait
   * @throws MigrationException if the change log is published to others, or row security hides rows
   *     that keys are looked for in
   */
  public void checkMigrated() {
    List<String> pending = pending(step -> !step.canWait());
    if (!pending.isEmpty()) {
      throw new NotMigratedException(
          "pending: %s; run freshet migrate".formatted(String.join(", ", pending)), null);
    }
    refuse(
        database.expect(
            "looking for publications and row security",
            connection -> {
              MigrationChecks checks = new MigrationChecks(connection);
              checks.checkPublications();
              checks.checkRowSecurity(views);
              return checks.problems();
            }));
  }

  private static void refuse(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new MigrationException(problems, null);
    }
  }

  private List<MigrationPlan.Step> steps() {
    return database.expect(
        "reading the installed watches",
        connection -> MigrationPlan.of(connection, views, triggers, LOCK_TIMEOUT).steps());
  }

  /** The steps, all with statements: a table that was checked a moment ago can be gone by now. */
  private List<MigrationPlan.Step> writtenSteps() {
    List<MigrationPlan.Step> steps = steps();
    refuse(
        steps.stream()
            .filter(step -> step.statements() == null)
            .map(
                step ->
                    "%s: its table changed just now; run freshet migrate again"
                        .formatted(step.description()))
            .toList());
    return steps;
  }

  private static List<String> statementsOf(MigrationPlan.Step step) {
    List<String> statements = step.statements();
    return statements == null ? List.of() : statements;
  }

  /**
   * @param applied is told the descriptions of what is applied
   */
  private Flyway flyway(List<MigrationPlan.Step> steps, Set<String> applied) {
    return Flyway.configure()
        .dataSource(database.unhurried())
        .schemas(SCHEMA)
        .defaultSchema(SCHEMA)
        .createSchemas(true)
        .table(HISTORY_TABLE)
        .locations("classpath:" + SCRIPTS)
        .javaMigrations(
            steps.stream()
                .map(s -> new SqlMigration(s.description(), s.checksum(), statementsOf(s)))
                .toArray(JavaMigration[]::new))
        .callbacks(new AppliedMigrations(info -> applied.add(describe(info))))
        .ignoreMigrationPatterns("repeatable:missing")
        .validateMigrationNaming(true)
        .cleanDisabled(true)
        .loggers("slf4j")
        .load();
  }
}
