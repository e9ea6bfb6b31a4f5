package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.cli.servers.TcpProxy;
import dev.freshet.daemon.Daemon;
import dev.freshet.servers.ExpectedLog;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.RedisServer;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * One statement changes so many rows that the daemon has several writes to Redis on their way at
 * once, and something breaks then. Nothing is lost: Redis itself is asked, when all is over.
 */
@ExtendWith(NoLeaks.class)
@ExpectedLog("eviction stopped, trying again")
@ExpectedLog(ExpectedLog.DRIVER_WAS_CUT_OFF)
@ExpectedLog("failed, trying again later")
class BulkEvictionFaultsIT {
  private static final int ROWS = 150_000;
  private static final int FIRST_ID = 1_001;
  private static final int AT_ONCE = 5_000;

  private static RedisServer redis;

  private TestDatabase database;
  private TcpProxy proxy;
  private Shop shop;
  private Daemon daemon;

  @BeforeAll
  static void startRedis() {
    redis = TestServers.ownRedis(Map.of("appendonly", "yes", "appendfsync", "no"));
  }

  @AfterAll
  static void stopRedis() {
    redis.close();
  }

  @BeforeEach
  void cacheManyRows() throws SQLException {
    redis.stopWithoutSaving();
    redis.startEmpty();
    database = TestServers.database();
    proxy = TcpProxy.to(redis.host(), redis.port());
    shop =
        new Shop(
            database,
            database.jdbcUrl(),
            "redis://%s:%d".formatted(proxy.host(), proxy.port()),
            redis.url());
    shop.execute(
        "INSERT INTO items SELECT i, 0, 'a' FROM generate_series(%d, %d) AS i"
            .formatted(FIRST_ID, FIRST_ID + ROWS - 1));
    daemon = shop.start();
    shop.cacheAllItems(daemon.loader());
    for (int from = FIRST_ID; from < FIRST_ID + ROWS; from += AT_ONCE) {
      Map<String, String> some = new LinkedHashMap<>();
      for (int id = from; id < from + AT_ONCE; id++) {
        some.put("item:" + id, "x");
      }
      shop.redis().mset(some);
    }
  }

  @AfterEach
  void stopDaemon() throws SQLException {
    daemon.close();
    shop.close();
    proxy.close();
    database.close();
  }

  /** Changes all rows, and returns when some of their keys have gone, and most have not. */
  private void changeAndAwaitTheMiddle() throws SQLException {
    long all = shop.redis().dbsize();
    shop.execute("UPDATE items SET value = value + 1 WHERE id >= " + FIRST_ID);
    Shop.soon().pollInterval(Duration.ofMillis(1)).until(() -> shop.redis().dbsize() < all);
    assertThat(shop.redis().dbsize()).as("the middle").isGreaterThan(all - ROWS + AT_ONCE);
  }

  private void awaitAllGoneAndNothingElse() {
    Shop.within(Duration.ofSeconds(60)).until(() -> shop.redis().keys("item:????*").isEmpty());
    assertThat(shop.redis().keys("item:*")).as("not changed").hasSize(Shop.ITEM_COUNT);
    Shop.soon().until(() -> daemon.status().isReady() && shop.holds("{freshet}:fresh"));
    assertThat(daemon.metrics().scrape())
        .contains("freshet_new_chains_total{reason=\"no_link\"} 1.0")
        .contains("freshet_sweeps_total{view=\"items\"} 1.0");
    assertThat(Shop.item(daemon.loader(), FIRST_ID)).isEqualTo("1");
  }

  @Test
  void aRedisThatIsKilledMeanwhileLosesNothing() throws SQLException {
    changeAndAwaitTheMiddle();
    redis.kill();
    redis.start();
    awaitAllGoneAndNothingElse();
  }

  @Test
  void aConnectionThatBreaksMeanwhileLosesNothing() throws SQLException {
    changeAndAwaitTheMiddle();
    proxy.cut();
    awaitAllGoneAndNothingElse();
  }

  @Test
  void aLinkThatIsSetBackMeanwhileLosesNothing() throws SQLException {
    String old = shop.redis().hget("{freshet}:chain", "link");
    changeAndAwaitTheMiddle();
    shop.redis().set("item:" + FIRST_ID, "stale");
    shop.redis().hset("{freshet}:chain", "link", old);
    awaitAllGoneAndNothingElse();
    assertThat(daemon.metrics().scrape()).contains("freshet_links_lost_total 1.0");
  }

  @Test
  void aRedisThatRefusesWritesMeanwhileLosesNothing() throws SQLException {
    changeAndAwaitTheMiddle();
    shop.redis().replicaof("127.0.0.1", 1);
    Shop.soon().until(() -> daemon.status().detail().contains("READONLY"));
    shop.redis().replicaofNoOne();
    awaitAllGoneAndNothingElse();
  }

  @Test
  void aDatabaseWhoseSessionsAreEndedMeanwhileLosesNothing() throws SQLException {
    changeAndAwaitTheMiddle();
    shop.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
    awaitAllGoneAndNothingElse();
  }
}
