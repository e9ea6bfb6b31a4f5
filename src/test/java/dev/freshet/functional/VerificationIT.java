package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.CacheVerification;
import dev.freshet.daemon.CacheVerification.Options;
import dev.freshet.daemon.CacheVerification.Outcome;
import dev.freshet.daemon.Daemon;
import dev.freshet.daemon.Servers;
import dev.freshet.loading.CacheComparison;
import dev.freshet.loading.CacheComparison.Doubt;
import dev.freshet.loading.Inspector;
import dev.freshet.loading.LoadListener;
import dev.freshet.loading.Verification;
import dev.freshet.loading.ViewDictionaries;
import dev.freshet.postgres.PostgresFeatureSource;
import dev.freshet.redis.RedisFeatureStore;
import dev.freshet.servers.ExpectedLog;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is stale is found, and what is only in flight is not called so. */
@ExtendWith(NoLeaks.class)
class VerificationIT {
  private static final Duration SETTLES_AFTER = Duration.ofMillis(300);

  private TestDatabase database;
  private Shop shop;
  private FreshetConfig config;
  private Daemon daemon;

  /** What compares Redis with Postgres, on connections of its own. */
  private record Comparing(Servers servers, RedisFeatureStore store, CacheComparison comparison)
      implements AutoCloseable {
    static Comparing open(FreshetConfig config) {
      Servers servers = Servers.of(config);
      RedisFeatureStore store =
          new RedisFeatureStore(servers.redis(), "freshet", Duration.ofSeconds(2), 100);
      store.start();
      return new Comparing(
          servers,
          store,
          new CacheComparison(
              store,
              new PostgresFeatureSource(servers.postgres()),
              ViewDictionaries.NONE,
              LoadListener.NONE));
    }

    @Override
    public void close() {
      store.close();
      servers.close();
    }
  }

  @BeforeEach
  void cacheAllItems() throws SQLException {
    database = TestServers.database();
    shop = new Shop(database, TestServers.redisUrl());
    config = shop.config();
    daemon = shop.start(config, Daemon.Options.DEFAULT);
    shop.cacheAllItems(daemon.loader());
  }

  @AfterEach
  void close() throws SQLException {
    daemon.close();
    shop.close();
    database.close();
  }

  /**
   * Changes an item as a logical replica does: without its triggers, so that nothing is evicted.
   */
  private void changeUnseen(int id) throws SQLException {
    shop.execute(
        "SET session_replication_role = replica; UPDATE items SET value = value + 1 WHERE id = "
            + id);
  }

  private FeatureView items() {
    return config.views().get(0);
  }

  private final List<String> stale = new ArrayList<>();

  private Outcome verify(@Nullable Integer sample, boolean isRepair) throws InterruptedException {
    stale.clear();
    return CacheVerification.run(
        config,
        items(),
        new Options(sample, SETTLES_AFTER, isRepair),
        (part, tally) -> assertThat(part).isBetween(0.0, 1.0),
        found -> found.forEach(doubt -> stale.add(doubt.key().text())));
  }

  @Test
  void aCacheThatIsRightIsFoundRight() throws Exception {
    daemon.loader().get(Shop.ITEMS, "5000");
    daemon.loader().get(Shop.CATALOGS, "north");
    Outcome outcome = verify(null, false);
    assertThat(outcome.isGood()).isTrue();
    assertThat(outcome.hasChain()).isTrue();
    assertThat(outcome.isFresh()).isTrue();
    assertThat(outcome.tally().compared()).isEqualTo(Shop.ITEM_COUNT + 1);
    assertThat(stale).isEmpty();
  }

  @Test
  void whatWasChangedWithoutTriggersIsStaleAndRepaired() throws Exception {
    daemon.loader().get(Shop.ITEMS, "5000");
    changeUnseen(7);
    changeUnseen(23);
    shop.execute("SET session_replication_role = replica; DELETE FROM items WHERE id = 42");
    shop.execute("SET session_replication_role = replica; INSERT INTO items VALUES (5000, 1, '')");

    Outcome found = verify(null, false);
    assertThat(stale).containsExactlyInAnyOrder("7", "23", "42", "5000");
    assertThat(found.isGood()).isFalse();
    assertThat(found.tally().stale()).isEqualTo(4);
    assertThat(found.repaired()).isZero();
    assertThat(shop.holds("item:7")).isTrue();

    assertThat(verify(null, true).repaired()).isEqualTo(4);
    for (String id : List.of("7", "23", "42", "5000")) {
      shop.awaitGone("item:" + id);
    }
    assertThat(verify(null, false).isGood()).isTrue();
    assertThat(shop.holds("item:8")).isTrue();
  }

  @Test
  void whileTooMuchIsInDoubtNothingMoreIsCompared() throws Exception {
    shop.execute(
        "SET session_replication_role = replica; INSERT INTO items SELECT i, 0, 'a' FROM generate_series(101, 1200) AS i");
    List<String> ids = IntStream.rangeClosed(1, 1_200).mapToObj(Integer::toString).toList();
    daemon.loader().getAll(Shop.ITEMS, ids);
    shop.execute("SET session_replication_role = replica; UPDATE items SET value = 9");
    List<EntityKey> keys = ids.stream().map(id -> EntityKey.parse(id, 1)).toList();
    try (Comparing comparing = Comparing.open(config)) {
      Verification verification =
          new Verification(comparing.comparison(), items(), Duration.ofSeconds(2), doubts -> {});
      long cached = shop.redis().keys("item:*").size();
      assertThat(cached).isGreaterThan(1_100);
      verification.compare(keys);
      assertThat(verification.tally().stale()).isGreaterThanOrEqualTo(cached - 1_000);
      assertThat(verification.finish().stale()).isEqualTo(cached);
    }
  }

  @Test
  void aSampleFindsWhatIsStaleEverywhere() throws Exception {
    shop.execute("SET session_replication_role = replica; UPDATE items SET value = 9");
    Outcome outcome = verify(30, false);
    assertThat(outcome.tally().compared()).isEqualTo(30);
    assertThat(outcome.tally().stale()).isEqualTo(30);
  }

  @Test
  void aSampleOfAnEmptyCacheEnds() throws Exception {
    shop.redis().keys("item:*").forEach(key -> shop.redis().del(key));
    Outcome outcome = verify(10, false);
    assertThat(outcome.tally().compared()).isZero();
    assertThat(outcome.isGood()).isTrue();
  }

  @Test
  void withoutAChainAllIsAMissAndNothingStale() throws Exception {
    daemon.close();
    changeUnseen(7);
    shop.redis().del("{freshet}:chain");
    Outcome outcome = verify(null, false);
    assertThat(outcome.hasChain()).isFalse();
    assertThat(outcome.tally().compared()).isZero();
  }

  @Test
  void whatIsEvictedALittleLaterWasInFlight() throws Exception {
    daemon.close();
    shop.execute("UPDATE items SET value = 5 WHERE id <= 3");
    changeUnseen(50);
    List<Doubt> found = new ArrayList<>();
    try (Comparing comparing = Comparing.open(config)) {
      Verification verification =
          new Verification(comparing.comparison(), items(), SETTLES_AFTER, found::addAll);
      verification.compare(Shop.allItems().stream().map(EntityKey::of).toList());
      daemon = shop.start(config, Daemon.Options.DEFAULT);
      shop.awaitGone("item:3");

      Verification.Tally tally = verification.finish();
      assertThat(tally.compared()).isEqualTo(Shop.ITEM_COUNT);
      assertThat(tally.inFlight()).isEqualTo(3);
      assertThat(tally.stale()).isEqualTo(1);
      assertThat(found).extracting(doubt -> doubt.key().text()).containsExactly("50");
    }
  }

  @Test
  void aDocumentThatCannotBeLoadedIsCountedAndNotCalledStale() throws Exception {
    FreshetConfig failing =
        shop.config(
            "SELECT id, 10 / (value - 3) AS q FROM public.items WHERE id = ANY(:id::bigint[])");
    daemon.close();
    daemon = shop.start(failing, Daemon.Options.DEFAULT);
    config = failing;
    shop.cacheAllItems(daemon.loader());
    shop.execute("SET session_replication_role = replica; UPDATE items SET value = 3 WHERE id = 9");
    Outcome outcome = verify(null, false);
    assertThat(outcome.tally().failed()).isEqualTo(1);
    assertThat(outcome.tally().firstFailure()).contains("division by zero").contains("`9`");
    assertThat(outcome.tally().stale()).isZero();
    assertThat(outcome.isGood()).isFalse();
  }

  @Test
  @ExpectedLog("stale for 2s: view=items key=")
  @ExpectedLog("stale for 60s: view=items key=")
  void theInspectorTellsWhatIsStaleAfter2sAndAfter60s() throws Exception {
    AtomicLong now = new AtomicLong();
    AtomicLong inspected = new AtomicLong();
    List<LoadListener.StaleAfter> told = new ArrayList<>();
    LoadListener listener =
        new LoadListener() {
          @Override
          public void inspected(String view, int keys) {
            inspected.addAndGet(keys);
          }

          @Override
          public void stale(String view, StaleAfter after) {
            told.add(after);
          }
        };
    shop.redis().keys("item:*").forEach(key -> shop.redis().del(key));
    daemon.loader().get(Shop.ITEMS, "1");
    try (Comparing comparing = Comparing.open(config)) {
      Inspector inspector =
          new Inspector(
              config.views(), comparing.store(), comparing.comparison(), listener, 1, now::get);
      Shop.soon()
          .until(
              () -> {
                inspector.turn(); // the reader did not wait until its fill was there
                return inspected.get() == 1;
              });

      changeUnseen(1);
      inspector.turn();
      advance(now, Duration.ofMillis(1_900));
      inspector.turn();
      assertThat(told).isEmpty();
      advance(now, Duration.ofMillis(200));
      inspector.turn();
      assertThat(told).containsExactly(LoadListener.StaleAfter.TWO_SECONDS);
      advance(now, Duration.ofSeconds(58));
      inspector.turn();
      assertThat(told).contains(LoadListener.StaleAfter.A_MINUTE);
    }
  }

  private static void advance(AtomicLong now, Duration time) {
    now.addAndGet(time.toNanos());
  }

  @Test
  @ExpectedLog("stale for 2s: view=items key=")
  void theInspectorRemembersAThousandDoubtsAndForgetsFurtherOnes() throws SQLException {
    AtomicLong now = new AtomicLong();
    AtomicLong told = new AtomicLong();
    AtomicBoolean isDrawing = new AtomicBoolean(true);
    LoadListener listener =
        new LoadListener() {
          @Override
          public void stale(String view, StaleAfter after) {
            told.incrementAndGet();
          }
        };
    try (Comparing comparing = Comparing.open(config)) {
      Inspector inspector =
          new Inspector(
              config.views(),
              count -> isDrawing.get() ? comparing.store().draw(count) : List.of(),
              comparing.comparison(),
              listener,
              1_000,
              now::get);
      shop.execute("SET session_replication_role = replica; UPDATE items SET value = 9");
      for (int i = 0; i < 4; i++) {
        inspector.turn();
      }
      isDrawing.set(false);
      advance(now, Duration.ofMillis(2_100));
      for (int i = 0; i < 50; i++) {
        inspector.turn();
      }
      assertThat(told).hasValue(1_000);
    }
  }

  @Test
  @ExpectedLog("stale for 2s: view=items key=")
  void theDaemonInspectsAndPublishesWhatItFound() throws Exception {
    daemon.close();
    FreshetConfig inspected = Shop.parse(shop.yaml() + "inspector: {per-second: 100}\n");
    daemon = shop.start(inspected, Daemon.Options.DEFAULT);
    shop.cacheAllItems(daemon.loader());
    Shop.soon().until(() -> counter("freshet_inspected_total{view=\"items\"}") > 100);
    assertThat(counter("freshet_stale_total{after=\"2s\",view=\"items\"}")).isZero();

    shop.execute("SET session_replication_role = replica; UPDATE items SET value = 9");
    Shop.soon().until(() -> counter("freshet_stale_total{after=\"2s\",view=\"items\"}") > 0);
    assertThat(counter("freshet_stale_total{after=\"60s\",view=\"items\"}")).isZero();
  }

  private double counter(String series) {
    return daemon
        .metrics()
        .scrape()
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .findFirst()
        .orElseThrow();
  }
}
