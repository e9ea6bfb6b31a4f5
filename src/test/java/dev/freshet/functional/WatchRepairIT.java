package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.config.FreshetConfig;
import dev.freshet.postgres.Migrator;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A watch whose triggers do not do what they should is pending, and is installed again. */
@ExtendWith(NoLeaks.class)
class WatchRepairIT {
  private static final String WATCH = "watch items on public.items by id";
  private static final String HAS_TRIGGERS =
      "SELECT count(*)::text FROM pg_trigger WHERE tgfoid = ('freshet.watch_' || %s)::regproc";

  private TestDatabase database;
  private Shop shop;
  private FreshetConfig config;

  @BeforeEach
  void prepare() throws SQLException {
    database = TestServers.database();
    shop = new Shop(database, TestServers.redisUrl());
    config = shop.config();
    shop.migrate(config);
  }

  @AfterEach
  void close() throws SQLException {
    shop.close();
    database.close();
  }

  private int watchId() throws SQLException {
    return Integer.parseInt(
        shop.ask(
            "SELECT id::text FROM freshet.watch WHERE retired_at IS NULL AND name = '%s'"
                .formatted(WATCH)));
  }

  private String trigger(String event) throws SQLException {
    return shop.ask(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = 'items'::regclass AND tgname LIKE 'freshet_%%%s'"
            .formatted(event));
  }

  private void assertRepaired(String reason) throws SQLException {
    int before = watchId();
    assertThat(shop.migrator(config, Migrator::pending))
        .containsExactly(WATCH + " (" + reason + ")");
    assertThat(shop.migrate(config)).containsExactly(WATCH);
    assertThat(shop.migrator(config, Migrator::pending)).isEmpty();
    assertThat(shop.migrate(config)).isEmpty();
    int after = watchId();
    assertThat(after).isGreaterThan(before);
    assertThat(shop.ask(HAS_TRIGGERS.formatted(after))).isEqualTo("4");
    assertThat(
            shop.ask(
                "SELECT count(*)::text FROM pg_trigger WHERE tgname LIKE 'freshet_%' AND tgenabled = 'O'"))
        .as("nothing is left of the former triggers, on whatever table")
        .isEqualTo("12");
    assertThat(
            shop.ask(
                "SELECT bool_and(keys IS NULL)::text FROM freshet.change_log WHERE watch_id = "
                    + after))
        .as("the view is evicted as a whole")
        .isEqualTo("true");
    for (String write :
        new String[] {
          "INSERT INTO items (id, value) VALUES (4711, 1)",
          "UPDATE items SET value = 2 WHERE id = 4711",
          "DELETE FROM items WHERE id = 4711"
        }) {
      shop.execute("DELETE FROM freshet.change_log");
      shop.execute(write);
      assertThat(shop.ask("SELECT string_agg(watch_id || keys[1], ',') FROM freshet.change_log"))
          .isEqualTo(after + "4711");
    }
  }

  @ParameterizedTest
  @CsvSource({"insert", "update", "delete", "truncate"})
  void aDisabledTrigger(String event) throws SQLException {
    String name = trigger(event);
    shop.execute("ALTER TABLE items DISABLE TRIGGER " + name);
    assertRepaired("its trigger " + name + " is disabled");
  }

  @Test
  void aTriggerThatFiresForReplicasOnly() throws SQLException {
    String name = trigger("update");
    shop.execute("ALTER TABLE items ENABLE REPLICA TRIGGER " + name);
    assertRepaired("its trigger " + name + " is disabled");
  }

  @Test
  void aDroppedTrigger() throws SQLException {
    shop.execute("DROP TRIGGER %s ON items".formatted(trigger("delete")));
    assertRepaired("its DELETE trigger is missing");
  }

  @Test
  void aDroppedFunction() throws SQLException {
    shop.execute("DROP FUNCTION freshet.watch_%s() CASCADE".formatted(watchId()));
    assertRepaired("its function freshet.watch_%s is missing".formatted(watchId()));
  }

  @Test
  void aTableExchangedByRename() throws SQLException {
    shop.execute(
        "CREATE TABLE items_new (LIKE items INCLUDING ALL); ALTER TABLE items RENAME TO items_old; ALTER TABLE items_new RENAME TO items");
    assertRepaired(
        "its INSERT trigger is not on the table that has the name now, but on items_old");
  }

  @Test
  void aTableDroppedAndMadeAgain() throws SQLException {
    shop.execute(
        "CREATE TABLE c (LIKE items INCLUDING ALL); DROP TABLE items; ALTER TABLE c RENAME TO items");
    assertRepaired("its INSERT trigger is missing");
  }

  @Test
  void aKeyColumnWhoseTextIsMadeOtherwiseNow() throws SQLException {
    shop.execute("ALTER TABLE items ALTER COLUMN id TYPE text");
    config = shop.config("SELECT id, value FROM public.items WHERE id = ANY(:id)");
    shop.migrate(config);
    shop.execute("ALTER TABLE items ALTER COLUMN id TYPE bigint USING id::bigint");
    config = shop.config("SELECT id, value FROM public.items WHERE id = ANY(:id::bigint[])");
    assertThat(shop.migrator(config, Migrator::pending))
        .containsExactly(
            "view items",
            WATCH
                + " (this version, or the table's present shape, or postgres.doorbell or postgres.change-log-max, asks for other triggers)");
    shop.migrate(config);
    assertThat(shop.migrator(config, Migrator::pending)).isEmpty();
  }

  @Test
  void aTableThatIsGoneIsPendingAndMigrateSaysSo() throws SQLException {
    shop.execute("DROP TABLE items");
    assertThat(shop.migrator(config, Migrator::pending))
        .containsExactly(WATCH + " (there is no table public.items)");
    FreshetConfig without =
        shop.withViews(
            """
            catalogs:
              key: "catalog:{slug}"
              load: SELECT slug, id FROM public.stores WHERE slug = ANY(:slug)
              watch: [{table: public.stores}]
            """);
    shop.migrate(without);
    assertThat(shop.migrator(without, Migrator::pending)).isEmpty();
  }

  @Test
  void aColumnThatIsGoneIsPending() throws SQLException {
    shop.execute("ALTER TABLE items RENAME COLUMN value TO amount");
    assertThat(shop.migrator(config, Migrator::pending))
        .containsExactly(WATCH + " (public.items has no column value)");
  }

  @Test
  void triggersThatAlwaysFireAreWhole() throws SQLException {
    shop.execute("ALTER TABLE items ENABLE ALWAYS TRIGGER " + trigger("update"));
    assertThat(shop.migrator(config, Migrator::pending)).isEmpty();
  }
}
