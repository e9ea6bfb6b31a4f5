package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.daemon.Servers;
import dev.freshet.postgres.MigrationException;
import dev.freshet.postgres.PlannedMigration;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Uninstaller;
import dev.freshet.servers.ExpectedLog;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class UninstallIT {
  private TestDatabase database;
  private Shop shop;
  private String before;

  @BeforeEach
  void prepare() throws SQLException {
    database = TestServers.database();
    shop = new Shop(database, TestServers.redisUrl());
    before = SchemaPicture.of(database);
  }

  @AfterEach
  void close() throws SQLException {
    shop.close();
    database.close();
  }

  private <T> T uninstaller(FreshetConfig config, Function<Uninstaller, T> work) {
    try (PostgresDatabase postgres = Servers.postgres(config.postgres())) {
      return work.apply(new Uninstaller(postgres));
    }
  }

  private List<String> uninstall() {
    return uninstaller(shop.config(), uninstaller -> uninstaller.uninstall(false));
  }

  private void assertNothingIsLeft() throws SQLException {
    assertThat(SchemaPicture.of(database)).isEqualTo(before);
    assertThat(uninstall()).as("nothing is installed").isEmpty();
    List<PlannedMigration> planned = uninstaller(shop.config(), Uninstaller::planned);
    assertThat(planned).isEmpty();
  }

  @Test
  void nothingIsLeftAndWhatWasPlannedIsDone() throws SQLException {
    shop.migrate(shop.config());
    List<PlannedMigration> planned = uninstaller(shop.config(), Uninstaller::planned);
    assertThat(uninstall())
        .isEqualTo(planned.stream().map(PlannedMigration::description).toList())
        .containsExactly(
            "function freshet.watch_3() and its triggers on products",
            "function freshet.watch_4() and its triggers on stores",
            "function freshet.watch_5() and its triggers on items",
            "schema freshet");
    assertNothingIsLeft();
    shop.execute("UPDATE items SET value = 1");
    assertThat(shop.migrate(shop.config())).as("it can be installed again").hasSize(8);
  }

  @Test
  void brokenWatchesAndGoneTablesDoNotStopIt() throws SQLException {
    shop.migrate(shop.config());
    shop.execute("DROP FUNCTION freshet.watch_3() CASCADE");
    shop.execute("DROP TABLE products");
    shop.execute("ALTER TABLE items DISABLE TRIGGER ALL; ALTER TABLE items RENAME TO items_old");
    shop.execute("DELETE FROM freshet.watch; DROP TABLE freshet.position");
    assertThat(uninstall()).hasSize(3);
    assertNothingIsLeft();
  }

  @Test
  void aHalfMigratedDatabaseIsCleaned() throws SQLException {
    shop.migrate(shop.config());
    shop.execute("DROP TABLE freshet.watch, freshet.view, freshet.migration_history CASCADE");
    assertThat(uninstall()).hasSize(4);
    assertNothingIsLeft();
    shop.execute("CREATE SCHEMA freshet");
    assertThat(uninstall()).containsExactly("schema freshet");
    assertNothingIsLeft();
  }

  @Test
  void aSchemaOfSomebodyElseIsLeftAlone() throws SQLException {
    shop.execute("CREATE SCHEMA freshet; CREATE TABLE freshet.recipes (id int)");
    MigrationException refused = catchThrowableOfType(MigrationException.class, this::uninstall);
    assertThat(refused).hasMessageContaining("holds no table of Freshet's");
    assertThat(shop.ask("SELECT to_regclass('freshet.recipes')::text"))
        .isEqualTo("freshet.recipes");
  }

  @Test
  @ExpectedLog("")
  void aDaemonThatRunsIsAReasonToRefuseUnlessForced() throws SQLException {
    try (Daemon daemon = shop.start()) {
      assertThat(daemon.status().isReady()).isTrue();
      MigrationException refused = catchThrowableOfType(MigrationException.class, this::uninstall);
      assertThat(refused).hasMessageContainingAll("a daemon is connected", "--force");
      assertThat(shop.ask("SELECT to_regclass('freshet.watch')::text")).isEqualTo("freshet.watch");
      List<String> removed = uninstaller(shop.config(), uninstaller -> uninstaller.uninstall(true));
      assertThat(removed).hasSize(4);
    }
    assertNothingIsLeft();
  }

  @Test
  void viewsOfOthersThatWouldGoTooAreAReasonToRefuse() throws SQLException {
    shop.migrate(shop.config());
    shop.execute("CREATE VIEW public.backlog AS SELECT count(*) FROM freshet.change_log");
    MigrationException refused = catchThrowableOfType(MigrationException.class, this::uninstall);
    assertThat(refused).hasMessageContaining("backlog read from schema freshet");
    shop.execute("DROP VIEW public.backlog");
    assertThat(uninstall()).hasSize(4);
  }

  @Test
  void whatTheRoleMayNotDropIsToldWithTheStatementAndByWhom() throws SQLException {
    shop.migrate(shop.config());
    String role = database.name() + "_stranger";
    shop.execute("CREATE ROLE %s LOGIN PASSWORD 'x'".formatted(role));
    String yaml =
        shop.yaml()
            .replace("user: " + database.user(), "user: " + role)
            .replace("password: " + database.password(), "password: x");
    FreshetConfig stranger = Shop.parse(yaml);
    try {
      MigrationException refused =
          catchThrowableOfType(
              MigrationException.class,
              () -> uninstaller(stranger, uninstaller -> uninstaller.uninstall(false)));
      assertThat(refused.problems())
          .hasSize(4)
          .contains(
              "schema freshet belongs to %1$s and may not be dropped by this role; run as %1$s: DROP SCHEMA freshet CASCADE;"
                  .formatted(database.user()));
    } finally {
      shop.execute("DROP ROLE " + role);
    }
  }

  @Test
  void aBusyTableIsTriedAgainShortly() throws Exception {
    shop.migrate(shop.config());
    try (Connection busy = database.connect();
        Statement statement = busy.createStatement()) {
      statement.execute("BEGIN");
      statement.execute("SELECT count(*) FROM items");
      CompletableFuture<List<String>> run = CompletableFuture.supplyAsync(this::uninstall);
      Shop.soon()
          .until(
              () ->
                  "1"
                      .equals(
                          shop.ask(
                              "SELECT count(*)::text FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted AND relation = 'items'::regclass")));
      long began = System.nanoTime();
      shop.execute("INSERT INTO items (id, value) VALUES (4711, 1)");
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(3_500));
      assertThat(run).isNotDone();
      statement.execute("COMMIT");
      assertThat(run.get()).hasSize(4);
    }
    assertNothingIsLeft();
  }
}
