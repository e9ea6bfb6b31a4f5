package dev.freshet.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What must never be measured in the place of a variant. */
class TriggerDatabaseIT {
  private static final String ROW_TRIGGERS =
      "SELECT count(*)::text FROM pg_trigger WHERE tgrelid = 'public.image_features'::regclass AND tgtype::integer & 5 = 5";

  private static BenchServers servers;
  private static WriterRows rows;

  @BeforeAll
  static void start() {
    servers = BenchServers.start(Map.of("fsync", "off"));
    rows = TriggerDatabase.migrated(servers, 10);
  }

  @AfterAll
  static void end() {
    servers.close();
  }

  @Test
  void aVariantOfAnotherFunctionThanTheInstalledOneIsNotMeasured() {
    TriggerVariant outdated =
        TriggerVariant.logging(
            "outdated",
            "replaces what is not there",
            database -> database.edit(text -> text.replaced("SELECT old_key INTO", "SELECT")));

    assertThatThrownBy(() -> TriggerDatabase.open(servers, outdated, rows))
        .isInstanceOf(BenchFailedException.class)
        .hasMessageContaining("`SELECT old_key INTO` is not in it")
        .hasMessageContaining("CREATE OR REPLACE FUNCTION freshet.watch_");
  }

  @Test
  void aVariantThatDoesNotLogWhatItShouldHasNoFigure() {
    TriggerVariant mute =
        TriggerVariant.logging(
            "mute",
            "has lost its triggers",
            database -> database.run("DROP FUNCTION %s() CASCADE".formatted(database.function())));

    try (TriggerDatabase database = TriggerDatabase.open(servers, mute, rows)) {
      assertThatThrownBy(() -> database.microseconds(20, 3))
          .isInstanceOf(BenchFailedException.class)
          .hasMessage(
              "mute: 20 transactions should have left 20 rows, 20 with one key in the log, and left 0 rows, 0 with one key");
    }
  }

  @Test
  void aVariantThatLogsWholeViewsInsteadOfKeysHasNoFigure() {
    TriggerVariant broken =
        TriggerVariant.logging(
            "broken",
            "logs no keys",
            database ->
                database.edit(
                    text ->
                        text.replacedEverywhere(
                                "ARRAY[\"image_id\"::pg_catalog.text]", "NULL::pg_catalog.text[]")
                            .replacedEverywhere("ARRAY[new_key]", "NULL::pg_catalog.text[]")));

    try (TriggerDatabase database = TriggerDatabase.open(servers, broken, rows)) {
      assertThatThrownBy(() -> database.microseconds(20, 3))
          .isInstanceOf(BenchFailedException.class)
          .hasMessageEndingWith("and left 20 rows, 0 with one key");
    }
  }

  @Test
  void theVariantWithARowTriggerHasOneAndTheInstalledTriggerHasNone() {
    for (TriggerVariant variant : TriggerVariants.all()) {
      if (!Set.of(TriggerVariants.FRESHET, "row-trigger").contains(variant.name())) {
        continue;
      }
      try (TriggerDatabase database = TriggerDatabase.open(servers, variant, rows)) {
        double unused = database.microseconds(20, 3);
      }
      try (PostgresDatabase copy = servers.database(TriggerDatabase.name(variant));
          Session session = Session.open(copy)) {
        assertThat(session.ask(ROW_TRIGGERS).orElseThrow())
            .as(variant.name())
            .isEqualTo(variant.name().equals("row-trigger") ? "1" : "0");
      }
    }
  }

  @Test
  void theNumberThatPostgresKeepsXidsInHasNoOperatorClassForBrin() {
    try (PostgresDatabase database = servers.database("postgres");
        Session session = Session.open(database)) {
      assertThat(
              session.texts(
                  "SELECT opcname::text FROM pg_opclass JOIN pg_am AS m ON m.oid = opcmethod WHERE amname = 'brin' AND opcintype = 'xid8'::regtype"))
          .isEmpty();
    }
  }
}
