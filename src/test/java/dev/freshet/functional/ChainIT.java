package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.change.Link;
import dev.freshet.daemon.Daemon;
import dev.freshet.eviction.EvictionListener.NewChain;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the daemon makes of the link that it finds in Redis. */
@ExtendWith(NoLeaks.class)
class ChainIT {
  private static final String CHAIN = "{freshet}:chain";

  @TempDir private Path directory;
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

  private Map<String, String> chain() {
    return shop.redis().hgetall(CHAIN);
  }

  private void putBack(Map<String, String> chain) {
    shop.redis().del(CHAIN);
    shop.redis().hset(CHAIN, chain);
  }

  private static void awaitNewChain(Daemon daemon, NewChain why) {
    String series =
        "freshet_new_chains_total{reason=\"%s\"} 1.0"
            .formatted(why.name().toLowerCase(Locale.ROOT));
    Shop.soon().until(() -> daemon.metrics().scrape().contains(series));
  }

  /** Nobody knows what changed, so everything goes. */
  private void awaitAllItemsGone() {
    Shop.soon().until(() -> shop.redis().keys("item:*").isEmpty());
  }

  @Test
  void aLinkThatTheChangeLogNoLongerReachesBackToIsTooOld() throws SQLException {
    try (Daemon daemon = shop.start()) {
      shop.cacheAllItems(daemon.loader());
      Map<String, String> old = chain();
      shop.execute("UPDATE items SET value = 1 WHERE id = 1");
      shop.awaitGone("item:1");
      // What emptying the slots would do an hour later.
      shop.execute(
          "TRUNCATE freshet.change_log_0, freshet.change_log_1, freshet.change_log_2, freshet.change_log_3; UPDATE freshet.floor SET position = pg_current_snapshot()");
      shop.redis().set("item:1", "what the old snapshot of Redis held");
      putBack(old);

      awaitNewChain(daemon, NewChain.TOO_OLD);
      awaitAllItemsGone();
      assertThat(Shop.item(daemon.loader(), 1)).isEqualTo("1");
    }
  }

  @Test
  void aLinkAheadOfTheDatabaseIsForeign() throws SQLException {
    try (Daemon daemon = shop.start()) {
      shop.cacheAllItems(daemon.loader());
      shop.redis().hset(CHAIN, "link", "applied 99999999999:99999999999: 0123456789abcdef 1");
      awaitNewChain(daemon, NewChain.FOREIGN);
      awaitAllItemsGone();
      Shop.soon().until(() -> !link().isSweeping());
      shop.cacheAllItems(daemon.loader());
      shop.execute("UPDATE items SET value = 1 WHERE id = 1");
      shop.awaitGone("item:1");
    }
  }

  @Test
  void aChainThatLacksAnyOfItsFieldsIsStartedAnewAndNothingIsServedMeanwhile() {
    for (String field : new String[] {"link", "generation", "history", "epoch:items"}) {
      try (Daemon daemon = shop.start()) {
        Shop.soon()
            .until(
                () -> {
                  shop.cacheAllItems(daemon.loader());
                  return shop.holds("item:1");
                });
        shop.redis().hdel(CHAIN, field);
        Shop.soon().untilAsserted(() -> assertThat(chain()).as(field).containsKey(field));
        Shop.soon().until(() -> !shop.holds("item:1"));
      }
    }
  }

  @Test
  void aSweepThatIsCutShortByKillIsDoneAgainFromTheBeginning() throws Exception {
    int keys = 300_000;
    try (FreshetProcesses processes = new FreshetProcesses(directory)) {
      Process first = processes.start(shop.yaml(), "run", "--migrate");
      Shop.within(Duration.ofSeconds(30)).until(() -> shop.holds("{freshet}:fresh"));
      shop.redis()
          .eval(
              "for i = 1, tonumber(ARGV[1]) do redis.call('SET', 'item:' .. i, 'old') end",
              io.lettuce.core.ScriptOutputType.STATUS,
              new String[0],
              Integer.toString(keys));
      shop.redis().del(CHAIN);
      Shop.soon().until(() -> link().isSweeping() && shop.redis().dbsize() < keys);
      FreshetProcesses.signal(first, "STOP");
      assertThat(link().isSweeping()).as("it is in the middle").isTrue();
      assertThat(shop.redis().dbsize()).isGreaterThan(1_000);
      first.destroyForcibly().waitFor();
      String epoch = chain().get("epoch:items");

      processes.start(shop.yaml(), "run");
      Shop.within(Duration.ofSeconds(30)).until(() -> !link().isSweeping());
      assertThat(shop.redis().keys("item:*")).isEmpty();
      assertThat(chain().get("epoch:items")).isNotEqualTo(epoch);
    }
  }

  private Link link() {
    return Link.parse(shop.redis().hget(CHAIN, "link"));
  }
}
