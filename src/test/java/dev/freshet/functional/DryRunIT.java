package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.freshet.cli.MigrationScript;
import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Servers;
import dev.freshet.postgres.Migrator;
import dev.freshet.postgres.PlannedMigration;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Uninstaller;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What {@code migrate --dry-run} prints is what {@code migrate} does. */
@ExtendWith(NoLeaks.class)
class DryRunIT {
  private static final String ITEMS =
      """
      items:
        key: "item:{id}"
        load: SELECT id, value FROM public.items WHERE id = ANY(:id::bigint[])
        watch:
          - table: public.items
      """;

  private static final String CATALOGS =
      """
      catalogs:
        key: "catalog:\\\\'{slug}"
        load: SELECT s.slug, count(*) AS n FROM public.stores s JOIN public.products p ON p.store_id = s.id WHERE s.slug = ANY(:slug) GROUP BY s.slug
        watch:
          - table: public.stores
          - table: public.products
            by: [store_id]
            keys: SELECT slug FROM public.stores WHERE id = ANY(:store_id::bigint[])
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

  /** Runs the dry run's script on a copy of the database, migrates the database, and compares. */
  private void assertScriptDoesTheSame(FreshetConfig config) throws SQLException {
    String before = SchemaPicture.of(database);
    List<PlannedMigration> planned = shop.migrator(config, Migrator::planned);
    assertThat(SchemaPicture.of(database)).as("a dry run changes nothing").isEqualTo(before);
    try (TestDatabase copy = copy()) {
      copy.execute(MigrationScript.of("migrate", planned));
      List<String> applied = shop.migrate(config);
      assertThat(SchemaPicture.of(copy)).isEqualTo(SchemaPicture.of(database));
      assertThat(planned.stream().map(PlannedMigration::description).toList())
          .containsSubsequence(applied);
      assertThat(SchemaPicture.of(copy)).isNotEqualTo(before);
    }
    assertThat(shop.migrator(config, Migrator::planned)).isEmpty();
  }

  private TestDatabase copy() throws SQLException {
    TestDatabase copy = new TestDatabase(database.server(), database.name() + "_copy");
    try (Connection connection = database.server().connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE %s TEMPLATE %s".formatted(copy.name(), database.name()));
    }
    return copy;
  }

  @Test
  void theScriptDoesWhatMigrateDoesThroughAllChanges() throws SQLException {
    assertScriptDoesTheSame(shop.withViews(ITEMS));
    assertScriptDoesTheSame(shop.withViews(ITEMS + CATALOGS));
    assertScriptDoesTheSame(
        shop.withViews(
            ITEMS.replace("public.items\n", "public.items\n      columns: [value]\n") + CATALOGS));
    assertScriptDoesTheSame(
        shop.withViews(
            ITEMS + CATALOGS.replace("keys: SELECT slug", "keys: SELECT DISTINCT slug")));
    shop.execute("ALTER TABLE items DISABLE TRIGGER ALL");
    assertScriptDoesTheSame(
        shop.withViews(
            ITEMS + CATALOGS.replace("keys: SELECT slug", "keys: SELECT DISTINCT slug")));
    assertScriptDoesTheSame(
        shop.withViews(
            CATALOGS.substring(0, CATALOGS.indexOf("    - table: public.products"))
                + "  reads: [public.products]\n"));
    assertScriptDoesTheSame(shop.withViews(ITEMS));
    assertScriptDoesTheSame(shop.withViews(ITEMS + CATALOGS));
  }

  @Test
  void namesThatNeedQuotesAreQuotedInTheScriptWhateverTheSessionsSettings() throws SQLException {
    shop.execute("CREATE TABLE public.\"o'd\\d\n\"\"x\" (id bigint PRIMARY KEY, \"i'\\\" int)");
    FreshetConfig config =
        shop.withViews(
            """
            odd:
              key: 'od''d\\:{id}'
              load: "SELECT id, \\"i'\\\\\\" FROM public.\\"o'd\\\\d\\n\\"\\"x\\" WHERE id = ANY(:id::bigint[])"
              watch:
                - table: "public.\\"o'd\\\\d\\n\\"\\"x\\""
                  columns: ["i'\\\\"]
            """);
    assertScriptDoesTheSame(config);
  }

  @Test
  void theScriptRefusesADatabaseThatWasMigratedMeanwhile() throws SQLException {
    shop.migrate(shop.withViews(ITEMS));
    String script =
        MigrationScript.of(
            "migrate", shop.migrator(shop.withViews(ITEMS + CATALOGS), Migrator::planned));
    shop.migrate(
        shop.withViews(ITEMS.replace("public.items\n", "public.items\n      columns: [value]\n")));
    String before = SchemaPicture.of(database);
    assertThat(catchThrowable(() -> shop.execute(script)))
        .hasMessageContaining("was migrated since this migration was planned");
    assertThat(SchemaPicture.of(database)).isEqualTo(before);
  }

  @Test
  void theUninstallScriptLeavesNothingBehind() throws SQLException {
    String before = SchemaPicture.of(database);
    FreshetConfig config = shop.withViews(ITEMS + CATALOGS);
    shop.migrate(config);
    try (PostgresDatabase postgres = Servers.postgres(config.postgres())) {
      shop.execute(MigrationScript.of("migrate --uninstall", new Uninstaller(postgres).planned()));
      assertThat(new Uninstaller(postgres).planned()).isEmpty();
    }
    assertThat(SchemaPicture.of(database)).isEqualTo(before);
  }
}
