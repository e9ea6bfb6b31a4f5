package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.servers.ExpectedLog;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.PostgresServer;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The change log's bound is 1 MiB here.
 *
 * <p>A log stays full as long as a chain that is behind keeps its slots, so the tests pretend one.
 */
@ExtendWith(NoLeaks.class)
@ExpectedLog("not ready: the change log is full")
class ChangeLogMaxIT {
  private static final long BYTES_MAX = 1L << 20;
  private static final String IS_FULL =
      "SELECT pg_sequence_last_value('freshet.change_log_overflow') IS NOT NULL";
  private static final String FILL =
      """
      INSERT INTO freshet.change_log_%s (watch_id, keys)
      SELECT (SELECT min(id) FROM freshet.watch), ARRAY['nothing ' || i] FROM generate_series(1, 20000) AS i
      """;
  private static final String PRESENT_SLOT = "SELECT last_value FROM freshet.change_log_slot";
  private static final String OTHER_SLOT =
      "SELECT (last_value + 1) % 4 FROM freshet.change_log_slot";

  private TestDatabase database;
  private Shop shop;
  private FreshetConfig config;
  private final List<Daemon> daemons = new ArrayList<>();

  @BeforeEach
  void migrate() throws SQLException {
    database = TestServers.database();
    shop = new Shop(database, TestServers.redisUrl());
    config = bounded(shop, "doorbell");
    shop.migrate(config);
  }

  @AfterEach
  void close() throws SQLException {
    daemons.forEach(Daemon::close);
    shop.close();
    database.close();
  }

  private static FreshetConfig bounded(Shop shop, String doorbell) {
    return Shop.parse(boundedYaml(shop, doorbell));
  }

  private static String boundedYaml(Shop shop, String doorbell) {
    return shop.yaml(doorbell).replace("  retention:", "  change-log-max: 1MB\n  retention:");
  }

  private static void pretendAChainThatIsBehind(Shop shop) throws SQLException {
    shop.execute(
        "INSERT INTO freshet.position VALUES ('behind', '3:3:', now(), '3:3:', now(), '3:3:')");
  }

  private static void forgetTheChainThatIsBehind(Shop shop) throws SQLException {
    shop.execute("DELETE FROM freshet.position WHERE chain = 'behind'");
  }

  private static void fill(Shop shop, String slot) throws SQLException {
    shop.execute(FILL.formatted(shop.ask(slot)));
    assertThat(shop.ask("SELECT freshet.change_log_is_full(%s)".formatted(BYTES_MAX)))
        .isEqualTo("t");
  }

  private static boolean isFull(Shop shop) throws SQLException {
    return shop.ask(IS_FULL).equals("t");
  }

  private long bytes() throws SQLException {
    return Long.parseLong(
        shop.ask(
            "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'freshet.change_log'::regclass"));
  }

  private static long keyRows(Shop shop, int item) throws SQLException {
    return Long.parseLong(
        shop.ask(
            "SELECT count(*) FROM freshet.change_log WHERE keys = ARRAY['%s']".formatted(item)));
  }

  private static void awaitFull(Daemon daemon) {
    Shop.soon().until(() -> daemon.status().detail().contains("the change log is full"));
    assertThat(daemon.status().isReady()).isFalse();
    assertThat(daemon.metrics().scrape()).contains("freshet_change_log_full 1.0");
  }

  private static void awaitReady(Daemon daemon) {
    Shop.within(Duration.ofSeconds(30)).until(() -> daemon.status().isReady());
    assertThat(daemon.metrics().scrape()).contains("freshet_change_log_full 0.0");
  }

  /** Long enough for several looks of the daemon and of its upkeep. */
  private static void staysUncached(Shop shop, Daemon daemon, int item, String value) {
    Awaitility.await()
        .during(Duration.ofSeconds(3))
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              assertThat(Shop.item(daemon.loader(), item)).contains(value);
              assertThat(shop.holds("item:" + item)).isFalse();
              assertThat(daemon.status().isReady()).isFalse();
            });
  }

  private static void everyCachedItemIsThatOfPostgres(Shop shop, Daemon daemon)
      throws SQLException {
    shop.cacheAllItems(daemon.loader());
    for (int id = 1; id <= Shop.ITEM_COUNT; id++) {
      String value = shop.ask("SELECT value FROM items WHERE id = " + id);
      assertThat(Shop.item(daemon.loader(), id)).as("item %d", id).isEqualTo(value);
      assertThat(shop.holds("item:" + id)).as("item %d is cached", id).isTrue();
    }
  }

  private Daemon start(FreshetConfig configuration) {
    Daemon daemon = new Daemon(configuration, Daemon.Options.DEFAULT);
    daemons.add(daemon);
    daemon.start();
    return daemon;
  }

  private void stop(Daemon daemon) {
    daemons.remove(daemon);
    daemon.close();
  }

  private Void hammer(int from) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      int further = 500;
      for (int i = 0; further > 0; i++) {
        statement.execute(
            "UPDATE items SET value = value + 1 WHERE id = " + (from + i % (Shop.ITEM_COUNT / 3)));
        if (i % 50 == 0) {
          statement.execute("UPDATE products SET price = price + 1");
        }
        try (ResultSet row = statement.executeQuery(IS_FULL)) {
          row.next();
          further -= row.getBoolean(1) ? 1 : 0;
        }
      }
    }
    return null;
  }

  @Test
  void aFullLogStopsGrowingFailsNoWriterAndIsLeftBySweepingAllViews() throws Exception {
    Daemon before = start(config);
    awaitReady(before);
    shop.cacheAllItems(before.loader());
    stop(before);
    ExecutorService writers = Executors.newFixedThreadPool(3);
    List<Future<Void>> written = new ArrayList<>();
    for (int from : new int[] {1, 34, 67}) {
      written.add(writers.submit(() -> hammer(from)));
    }
    for (Future<Void> each : written) {
      each.get();
    }
    writers.shutdown();
    assertThat(isFull(shop)).isTrue();
    long rowsWhenFull = shop.loggedRows();
    assertThat(bytes()).isLessThan(2 * BYTES_MAX);

    pretendAChainThatIsBehind(shop);
    Daemon daemon = start(config);
    awaitFull(daemon);
    shop.awaitGone("item:100");
    shop.execute("UPDATE items SET value = -1 WHERE id = 5");
    shop.execute("UPDATE items SET value = value + 1 WHERE id > 50");
    assertThat(shop.loggedRows()).isEqualTo(rowsWhenFull);
    staysUncached(shop, daemon, 5, "-1");
    assertThat(daemon.metrics().scrape())
        .as("one sweep, not one for each look")
        .contains("freshet_sweeps_total{view=\"items\"} 1.0");

    forgetTheChainThatIsBehind(shop);
    awaitReady(daemon);
    assertThat(isFull(shop)).isFalse();
    assertThat(bytes()).isLessThan(BYTES_MAX / 2);
    everyCachedItemIsThatOfPostgres(shop, daemon);
    shop.execute("UPDATE items SET value = -2 WHERE id = 5");
    shop.awaitGone("item:5");
    assertThat(shop.holds("item:6")).isTrue();
  }

  @Test
  void whatAWriterDidNotLogIsNotCachedBeforeItHasEnded() throws Exception {
    pretendAChainThatIsBehind(shop);
    Daemon daemon = start(config);
    awaitReady(daemon);
    fill(shop, PRESENT_SLOT);
    awaitFull(daemon);
    try (Connection writer = database.connect();
        Statement statement = writer.createStatement()) {
      statement.execute("BEGIN; UPDATE items SET value = 77 WHERE id = 1");
      forgetTheChainThatIsBehind(shop);
      Shop.soon().until(() -> !isFull(shop));
      staysUncached(shop, daemon, 1, "0");
      statement.execute("COMMIT");
    }
    awaitReady(daemon);
    assertThat(keyRows(shop, 1)).as("the change was not logged").isZero();
    assertThat(Shop.item(daemon.loader(), 1)).isEqualTo("77");
    everyCachedItemIsThatOfPostgres(shop, daemon);
  }

  @Test
  void aDaemonThatWasStoppedWhileItLeftAFullLogGoesOnWaitingForItsWriters() throws Exception {
    pretendAChainThatIsBehind(shop);
    Daemon first = start(config);
    awaitReady(first);
    fill(shop, PRESENT_SLOT);
    awaitFull(first);
    try (Connection writer = database.connect();
        Statement statement = writer.createStatement()) {
      statement.execute("BEGIN; UPDATE items SET value = 77 WHERE id = 1");
      forgetTheChainThatIsBehind(shop);
      Shop.soon().until(() -> !isFull(shop));
      stop(first);
      assertThat(shop.redis().hget("{freshet}:chain", "overflow")).isEqualTo("full");

      Daemon next = start(config);
      awaitFull(next);
      staysUncached(shop, next, 1, "0");
      statement.execute("COMMIT");
      awaitReady(next);
      everyCachedItemIsThatOfPostgres(shop, next);
    }
  }

  @Test
  void aChainThatWasAwayWhileTheLogWasFullIsSweptThoughItsPositionIsNotTooOld() throws Exception {
    String otherRedis = TestServers.redisUrl();
    String otherYaml =
        boundedYaml(shop, "doorbell").replaceFirst("url: redis://\\S+", "url: " + otherRedis);
    FreshetConfig otherConfig = Shop.parse(otherYaml);
    Daemon one = start(config);
    Daemon other = start(otherConfig);
    awaitReady(one);
    awaitReady(other);
    shop.cacheAllItems(one.loader());
    shop.cacheAllItems(other.loader());
    shop.execute(FILL.formatted(shop.ask(OTHER_SLOT)));
    String nothingIsBehind =
        "SELECT count(*) = 2 AND bool_and(position >= '%s') FROM (SELECT pg_snapshot_xmax(position) AS position FROM freshet.position) AS p"
            .formatted(shop.ask("SELECT max(xid::text::bigint) + 1 FROM freshet.change_log"));
    Shop.within(Duration.ofSeconds(30)).until(() -> shop.ask(nothingIsBehind).equals("t"));
    stop(other);

    shop.execute( // nobody opens the log again before the change has committed
        """
        BEGIN;
        LOCK TABLE freshet.floor IN SHARE ROW EXCLUSIVE MODE;
        SELECT nextval('freshet.change_log_overflow');
        SELECT setval('freshet.change_log_slot', last_value, false) FROM freshet.change_log_slot;
        UPDATE items SET value = 5 WHERE id = 2;
        COMMIT
        """);
    assertThat(keyRows(shop, 2)).isZero();
    Shop.within(Duration.ofSeconds(30)).until(() -> !isFull(shop));
    awaitReady(one);
    everyCachedItemIsThatOfPostgres(shop, one);

    Daemon again = start(otherConfig);
    awaitReady(again);
    assertThat(Shop.item(again.loader(), 2)).isEqualTo("5");
    assertThat(again.metrics().scrape())
        .contains("freshet_new_chains_total{reason=\"overflow\"} 1.0")
        .contains("freshet_new_chains_total{reason=\"too_old\"} 0.0");
  }

  @Test
  void aStuckTransactionKeepsItsOwnSlotOnlyAndFailsNobody() throws Exception {
    Daemon daemon = start(config);
    awaitReady(daemon);
    try (Connection stuck = database.connect();
        Statement statement = stuck.createStatement()) {
      statement.execute("BEGIN; UPDATE items SET value = 3 WHERE id = 3");
      fill(shop, OTHER_SLOT);
      Shop.within(Duration.ofSeconds(30)).until(() -> !isFull(shop));
      awaitReady(daemon);

      fill(shop, PRESENT_SLOT);
      awaitFull(daemon);
      shop.execute("UPDATE items SET value = 4 WHERE id = 4");
      staysUncached(shop, daemon, 4, "4");
      assertThat(isFull(shop)).isTrue();
      statement.execute("COMMIT");
    }
    awaitReady(daemon);
    everyCachedItemIsThatOfPostgres(shop, daemon);
  }

  @Test
  void anErrorWhileTheBoundIsLookedAtFailsNoWriterAndLosesNoRow() throws SQLException {
    shop.execute(Shop.FILL_CHANGE_LOG);
    shop.execute("DROP FUNCTION freshet.change_log_is_full(bigint)");
    shop.execute("UPDATE items SET value = 1 WHERE id = 9");
    assertThat(keyRows(shop, 9)).isEqualTo(1);
    shop.execute("UPDATE items SET value = 2");
    assertThat(shop.ask("SELECT count(DISTINCT k) FROM freshet.change_log, unnest(keys) AS k"))
        .isEqualTo(Integer.toString(Shop.ITEM_COUNT));
  }

  @Test
  void aWriterThatDoesNotGetTheLockWritesAsUsualAndWaitsForNobody() throws SQLException {
    shop.execute(Shop.FILL_CHANGE_LOG);
    shop.execute("UPDATE items SET value = 1 WHERE id = 9");
    assertThat(keyRows(shop, 9)).isZero();
    try (Connection holder = database.connect();
        Statement statement = holder.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(%s, 1)".formatted(0x66727368));
      shop.execute("UPDATE items SET value = 2 WHERE id = 9");
    }
    assertThat(keyRows(shop, 9)).isEqualTo(1);
  }

  @Test
  void aPreparedTransactionThatLoggedNothingIsWaitedForToo() throws SQLException {
    try (PostgresServer server =
            TestServers.ownPostgres(Map.of("max_prepared_transactions", "4", "fsync", "off"));
        TestDatabase other = server.createDatabase();
        Shop otherShop = new Shop(other, TestServers.redisUrl())) {
      FreshetConfig polling = bounded(otherShop, "poll");
      otherShop.migrate(polling);
      pretendAChainThatIsBehind(otherShop);
      Daemon daemon = start(polling);
      awaitReady(daemon);
      fill(otherShop, PRESENT_SLOT);
      awaitFull(daemon);
      otherShop.execute(
          "BEGIN; UPDATE items SET value = 77 WHERE id = 1; PREPARE TRANSACTION 'late'");
      forgetTheChainThatIsBehind(otherShop);
      Shop.soon().until(() -> !isFull(otherShop));
      staysUncached(otherShop, daemon, 1, "0");
      otherShop.execute("COMMIT PREPARED 'late'");
      awaitReady(daemon);
      everyCachedItemIsThatOfPostgres(otherShop, daemon);
      stop(daemon); // before its server
    }
  }

  @Test
  void evictionsThatPeopleAskForAreAlwaysLogged() throws SQLException {
    shop.execute(Shop.FILL_CHANGE_LOG);
    shop.execute("SELECT freshet.evict('items', ARRAY['9'])");
    assertThat(keyRows(shop, 9)).isEqualTo(1);
  }

  @Test
  void anotherBoundAsksForOtherTriggers() {
    String yaml =
        boundedYaml(shop, "doorbell").replace("change-log-max: 1MB", "change-log-max: 2MB");
    assertThat(shop.migrate(Shop.parse(yaml))).isNotEmpty();
    assertThat(shop.migrate(Shop.parse(yaml))).isEmpty();
  }
}
