package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.servers.ExpectedLog;
import dev.freshet.servers.PostgresServer;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A watch with {@code always} sees what is replicated into its table. */
class AlwaysIT {
  private static final String TABLES =
      """
      CREATE TABLE seen (id bigint PRIMARY KEY, value integer);
      CREATE TABLE unseen (id bigint PRIMARY KEY, value integer);
      INSERT INTO seen VALUES (1, 0), (2, 0);
      INSERT INTO unseen VALUES (1, 0), (2, 0);
      """;

  private static final List<String> ENTITIES = List.of("1", "2", "3");

  private static String views(boolean isSeenAlways) {
    return view("seen", isSeenAlways) + view("unseen", false);
  }

  private static String view(String table, boolean isAlways) {
    return """
        %1$s:
          key: "%1$s:{id}"
          load: SELECT id, value FROM public.%1$s WHERE id = ANY(:id::bigint[])
          watch: [{table: public.%1$s, always: %2$s}]
        """
        .formatted(table, isAlways);
  }

  private static String asReplica(String sql) {
    return "SET session_replication_role = replica; %s; SET session_replication_role = origin"
        .formatted(sql);
  }

  private static void load(LiveViews live) throws SQLException {
    live.awaitApplied();
    live.load("seen", ENTITIES);
    live.load("unseen", ENTITIES);
  }

  @Test
  @ExpectedLog("not ready: ")
  @ExpectedLog("eviction stopped, trying again: the change log speaks of watch")
  void whatAReplicaWritesIsSeenOnlyWithIt() throws SQLException {
    try (LiveViews live = LiveViews.start(TABLES, views(true))) {
      load(live);
      assertThat(
              live.evictedBy(
                  asReplica(
                      "INSERT INTO seen VALUES (3, 1); UPDATE seen SET value = 1 WHERE id = 1; UPDATE unseen SET value = 1")))
          .containsExactly("seen:1", "seen:3");
      load(live);
      assertThat(live.evictedBy(asReplica("DELETE FROM seen WHERE id = 3; DELETE FROM unseen")))
          .containsExactly("seen:3");
      load(live);
      assertThat(
              live.evictedBy(
                  "UPDATE seen SET value = 2 WHERE id = 2; INSERT INTO unseen VALUES (2, 2)"))
          .containsExactly("seen:2", "unseen:2");
      load(live);
      assertThat(live.evictedBy(asReplica("TRUNCATE seen"))).contains("seen:1", "seen:2", "seen:3");

      live.execute("ALTER TABLE seen DISABLE TRIGGER ALL; ALTER TABLE seen ENABLE TRIGGER ALL");
      live.awaitNotReady("does not always fire any more");
      live.migrate();
      live.awaitReady();
      live.execute("INSERT INTO seen VALUES (1, 1)");
      load(live);
      assertThat(live.evictedBy(asReplica("UPDATE seen SET value = 3"))).containsExactly("seen:1");
    }
  }

  @Test
  void itCanBeSwitchedOnAndOff() throws SQLException {
    try (LiveViews live = LiveViews.start(TABLES, views(false))) {
      for (boolean isAlways : new boolean[] {true, false}) {
        live.stopDaemon();
        assertThat(live.migrateTo(views(isAlways)))
            .containsExactly("view seen", "watch seen on public.seen by id");
        live.startDaemon(views(isAlways));
        live.awaitReady();
        assertThat(live.pending()).isEmpty();
        assertThat(
                live.list(
                    "SELECT DISTINCT tgenabled::text FROM pg_trigger WHERE tgrelid = 'seen'::regclass AND tgname LIKE 'freshet%'"))
            .containsExactly(isAlways ? "A" : "O");
        load(live);
        assertThat(
                live.evictedBy(asReplica("UPDATE seen SET value = value + 1")).contains("seen:1"))
            .isEqualTo(isAlways);
        load(live);
        assertThat(live.evictedBy("UPDATE seen SET value = value + 1"))
            .containsExactly("seen:1", "seen:2");
      }
    }
  }

  @Test
  void whatASubscriptionAppliesIsSeen() throws SQLException {
    try (PostgresServer server =
            TestServers.ownPostgres(Map.of("wal_level", "logical", "fsync", "off"));
        TestDatabase publisher = server.createDatabase()) {
      publisher.execute(TABLES);
      publisher.execute("CREATE PUBLICATION everything FOR TABLE seen");
      publisher.execute("SELECT pg_create_logical_replication_slot('slot', 'pgoutput')");
      TestDatabase subscriber = server.createDatabase();
      try (LiveViews live = LiveViews.start(subscriber, TABLES + "TRUNCATE seen", views(true))) {
        live.load("seen", ENTITIES);
        String where =
            live.ask(
                "SELECT format('host=%s port=%s', host(inet_server_addr()), inet_server_port())");
        live.execute(
            "CREATE SUBSCRIPTION everything CONNECTION '%s user=%s password=%s dbname=%s' PUBLICATION everything WITH (create_slot = false, slot_name = 'slot')"
                .formatted(where, server.user(), server.password(), publisher.name()));
        try {
          for (String copied : new String[] {"seen:1", "seen:2"}) {
            Shop.soon().until(() -> !live.holds(copied));
          }
          assertThat(live.holds("seen:3")).isTrue();
          assertApplied(live, publisher, "INSERT INTO seen VALUES (3, 3)", "seen:3");
          assertApplied(live, publisher, "UPDATE seen SET value = 4 WHERE id = 2", "seen:2");
          assertApplied(live, publisher, "DELETE FROM seen WHERE id = 1", "seen:1");
          assertApplied(live, publisher, "TRUNCATE seen", "seen:1", "seen:2", "seen:3");
        } finally {
          live.execute("ALTER SUBSCRIPTION everything DISABLE");
          live.execute("ALTER SUBSCRIPTION everything SET (slot_name = NONE)");
          live.execute("DROP SUBSCRIPTION everything");
        }
      }
      Shop.soon()
          .until(
              () -> {
                publisher.execute("SELECT pg_drop_replication_slot('slot')");
                return true;
              });
    }
  }

  private static void assertApplied(
      LiveViews live, TestDatabase publisher, String sql, String... evicted) throws SQLException {
    live.load("seen", ENTITIES);
    publisher.execute(sql);
    for (String key : evicted) {
      Shop.soon().until(() -> !live.holds(key));
    }
    live.awaitApplied();
    assertThat(live.cached()).hasSize(ENTITIES.size() - evicted.length);
  }
}
