package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.postgres.MigrationException;
import dev.freshet.postgres.Migrator;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs of {@code migrate} beside each other, beside busy tables, and after other versions. */
@ExtendWith(NoLeaks.class)
class MigrationRunsIT {
  private static final String VIEW =
      """
      %1$s:
        key: "%1$s:{id}"
        load: SELECT id, value FROM public.items WHERE id = ANY(:id::bigint[])
        watch: [{table: public.items}]
      """;

  private TestDatabase database;
  private Shop shop;

  @BeforeEach
  void prepare() throws SQLException {
    database = TestServers.database();
    shop = new Shop(database, TestServers.redisUrl());
  }

  @AfterEach
  void close() throws SQLException {
    shop.close();
    database.close();
  }

  private FreshetConfig views(String... names) {
    StringBuilder views = new StringBuilder();
    for (String name : names) {
      views.append(VIEW.formatted(name));
    }
    return shop.withViews(views.toString());
  }

  @Test
  void concurrentRunsWaitForEachOtherAndApplyEverythingOnce() {
    FreshetConfig config = shop.config();
    List<CompletableFuture<List<String>>> runs =
        IntStream.range(0, 3)
            .mapToObj(i -> CompletableFuture.supplyAsync(() -> shop.migrate(config)))
            .toList();
    List<String> applied = new ArrayList<>();
    runs.forEach(run -> applied.addAll(run.join()));
    assertThat(applied)
        .containsExactlyInAnyOrder(
            "V1 change log",
            "V2 views and watches",
            "V3 dictionaries",
            "view catalogs",
            "view items",
            "watch catalogs on public.products by store_id",
            "watch catalogs on public.stores by slug",
            "watch items on public.items by id");
  }

  @Test
  void concurrentRunsOfDifferentConfigurationsEndAsOneOfThemAfterTheOther() throws SQLException {
    for (int round = 0; round < 3; round++) {
      FreshetConfig few = views("b" + round, "shared");
      FreshetConfig many = views("a" + round, "b" + round, "c" + round, "shared");
      List<CompletableFuture<List<String>>> runs =
          List.of(
              CompletableFuture.supplyAsync(() -> shop.migrate(few)),
              CompletableFuture.supplyAsync(() -> shop.migrate(many)));
      runs.forEach(CompletableFuture::join);
      boolean isFew = shop.migrator(few, Migrator::pending).isEmpty();
      boolean isMany = shop.migrator(many, Migrator::pending).isEmpty();
      assertThat(isFew ^ isMany).as("round %s: few %s, many %s", round, isFew, isMany).isTrue();
      int watches = isFew ? 2 : 4;
      assertThat(
              shop.ask(
                  "SELECT count(*)::text FROM freshet.watch WHERE retired_at IS NULL AND relation IS NOT NULL"))
          .isEqualTo("" + watches);
      assertThat(shop.ask("SELECT count(*)::text FROM pg_trigger WHERE tgname LIKE 'freshet_%'"))
          .isEqualTo("" + 5 * watches);
      assertThat(shop.ask("SELECT count(*)::text FROM pg_proc WHERE proname ~ '^watch_[0-9]+$'"))
          .isEqualTo("" + watches);
    }
  }

  @Test
  void aRunChangesNothingUntilTheRunBeforeItHasEnded() throws Exception {
    FreshetConfig few = views("b", "shared");
    FreshetConfig many = views("a", "b", "c", "shared");
    try (Connection busy = database.connect();
        Statement statement = busy.createStatement()) {
      statement.execute("BEGIN");
      statement.execute("UPDATE items SET note = 'busy' WHERE id = 1");
      CompletableFuture<List<String>> first =
          CompletableFuture.supplyAsync(() -> shop.migrate(few));
      Shop.soon().until(this::isMigrateQueued);
      CompletableFuture<List<String>> second =
          CompletableFuture.supplyAsync(() -> shop.migrate(many));
      Shop.soon()
          .until(
              () ->
                  "2"
                      .equals(
                          shop.ask(
                              "SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'SELECT pg_try_advisory_lock%'")));
      assertThat(
              shop.ask(
                  "SELECT string_agg(mode, ' ') FROM pg_locks WHERE locktype = 'advisory' AND classid = x'66727368'::int::oid AND objid::bigint = 4294967295"))
          .as("who has the run's lock")
          .isEqualTo("ExclusiveLock");
      Shop.soon().until(() -> !isMigrateQueued()); // between two tries, when another could slip in
      Shop.soon().until(this::isMigrateQueued);
      assertThat(shop.ask("SELECT string_agg(name, ' ' ORDER BY name) FROM freshet.view"))
          .isEqualTo("b shared");
      statement.execute("COMMIT");
      assertThat(first.get()).hasSize(7);
      assertThat(second.get())
          .containsExactly(
              "view a", "view c", "watch a on public.items by id", "watch c on public.items by id");
    }
  }

  /** Whether somebody waits for the lock that CREATE TRIGGER takes. */
  private boolean isMigrateQueued() throws SQLException {
    return "1"
        .equals(
            shop.ask(
                "SELECT count(*)::text FROM pg_locks WHERE mode = 'ShareRowExclusiveLock' AND NOT granted AND relation = 'items'::regclass"));
  }

  @ParameterizedTest
  @CsvSource({
    "UPDATE items SET note = 'busy' WHERE id = 1",
    "LOCK TABLE items IN SHARE UPDATE EXCLUSIVE MODE"
  })
  void aBusyTableIsTriedAgainAndWritersWaitNoLongerThanTheLockTimeout(String busyWith)
      throws Exception {
    try (Connection busy = database.connect();
        Statement statement = busy.createStatement()) {
      statement.execute("BEGIN");
      statement.execute(busyWith);
      CompletableFuture<List<String>> run =
          CompletableFuture.supplyAsync(() -> shop.migrate(shop.config()));
      for (int i = 0; i < 2; i++) {
        Shop.soon().until(this::isMigrateQueued);
        long began = System.nanoTime();
        shop.execute("UPDATE items SET note = 'other' WHERE id = 2");
        assertThat(Duration.ofNanos(System.nanoTime() - began))
            .isLessThan(Duration.ofMillis(3_500));
        assertThat(run).isNotDone();
      }
      statement.execute("COMMIT");
      assertThat(run.get())
          .as("all that was applied, before the wait and after it")
          .hasSize(8)
          .contains("V1 change log", "watch items on public.items by id");
    }
  }

  @Test
  void aRemovalWaitsForALongReaderAsShortly() throws Exception {
    shop.migrate(views("a", "b"));
    try (Connection busy = database.connect();
        Statement statement = busy.createStatement()) {
      statement.execute("BEGIN");
      statement.execute("SELECT count(*) FROM items");
      CompletableFuture<List<String>> run =
          CompletableFuture.supplyAsync(() -> shop.migrate(views("a")));
      Shop.soon()
          .until(
              () ->
                  "1"
                      .equals(
                          shop.ask(
                              "SELECT count(*)::text FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted AND relation = 'items'::regclass")));
      long began = System.nanoTime();
      assertThat(shop.ask("SELECT count(*)::text FROM items")).isEqualTo("100");
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(3_500));
      assertThat(run).isNotDone();
      statement.execute("COMMIT");
      assertThat(run.get()).containsExactly("view b", "watch b on public.items by id");
    }
  }

  private void assertAllRefuse(String... parts) {
    for (MigrationException refused :
        List.of(
            catchThrowableOfType(MigrationException.class, () -> shop.migrate(shop.config())),
            catchThrowableOfType(
                MigrationException.class, () -> shop.migrator(shop.config(), Migrator::pending)),
            catchThrowableOfType(
                MigrationException.class, () -> shop.migrator(shop.config(), Migrator::planned)))) {
      assertThat(refused).hasMessageContainingAll(parts);
    }
    try (Daemon daemon = new Daemon(shop.config(), Daemon.Options.DEFAULT)) {
      assertThatThrownBy(daemon::start)
          .isInstanceOf(MigrationException.class)
          .hasMessageContainingAll(parts);
    }
  }

  @Test
  void aScriptOfAnotherVersionStopsWithWhatIsInstalledAndTheRemedy() throws SQLException {
    shop.migrate(shop.config());
    shop.execute("UPDATE freshet.migration_history SET checksum = 4711 WHERE version = '2'");
    assertAllRefuse(
        "another version of Freshet",
        "V2 views and watches was installed on 2",
        "with checksum 4711, and this version's has checksum ",
        "`freshet migrate --uninstall` and then `freshet migrate`");
  }

  @Test
  void aDatabaseOfANewerVersionStopsWithTheRemedy() throws SQLException {
    shop.migrate(shop.config());
    shop.execute(
        "INSERT INTO freshet.migration_history SELECT 99, '47', 'something new', type, 'V47__something_new.sql', 1, installed_by, installed_on, 1, true FROM freshet.migration_history WHERE version = '1'");
    shop.execute("ALTER TABLE freshet.watch RENAME COLUMN sql_hash TO something_new");
    assertAllRefuse(
        "migrated by a newer Freshet",
        "V47 something new was installed on 2",
        "this version knows only up to V3",
        "`freshet migrate --uninstall` and then `freshet migrate`");
  }

  @Test
  void aSchemaWithoutHistoryStopsWithTheRemedy() throws SQLException {
    shop.migrate(shop.config());
    shop.execute("DROP TABLE freshet.migration_history");
    assertAllRefuse(
        "schema freshet holds change_log, change_log_0, change_log_1, change_log_2, change_log_3, change_log_overflow, change_log_slot, dictionary, floor, generation, position, view, watch, and no freshet.migration_history",
        "`freshet migrate --uninstall` and then `freshet migrate`");
  }

  @Test
  void anEmptySchemaOfTheMigratorsIsUsed() throws SQLException {
    shop.execute("CREATE SCHEMA freshet");
    assertThat(shop.migrate(shop.config())).hasSize(8);
  }
}
