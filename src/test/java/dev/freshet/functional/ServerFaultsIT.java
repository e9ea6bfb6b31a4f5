package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.cli.servers.TcpProxy;
import dev.freshet.daemon.Daemon;
import dev.freshet.eviction.LoopStatus.Phase;
import dev.freshet.servers.ExpectedLog;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.PostgresServer;
import dev.freshet.servers.RedisServer;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Servers that are killed, restarted, set back or fall silent under a running daemon. */
@ExtendWith(NoLeaks.class)
@ExpectedLog("eviction stopped, trying again")
@ExpectedLog(ExpectedLog.DRIVER_WAS_CUT_OFF)
@ExpectedLog("failed, trying again later")
@ExpectedLog("load failed kind=postgres_away")
class ServerFaultsIT {
  private static PostgresServer postgres;
  private static RedisServer redis;

  private TestDatabase database;
  private TcpProxy postgresProxy;
  private TcpProxy redisProxy;
  private Shop shop;
  private Daemon daemon;

  @BeforeAll
  static void startServers() {
    postgres = TestServers.ownPostgres();
    redis = TestServers.ownRedis();
  }

  @AfterAll
  static void stopServers() {
    redis.close();
    postgres.close();
  }

  @BeforeEach
  void startDaemon() throws SQLException {
    redis.stopWithoutSaving();
    redis.startEmpty();
    database = postgres.createDatabase();
    postgresProxy = TcpProxy.to(postgres.host(), postgres.port());
    redisProxy = TcpProxy.to(redis.host(), redis.port());
    String postgresUrl =
        database
            .jdbcUrl()
            .replace(
                postgres.host() + ":" + postgres.port(),
                postgresProxy.host() + ":" + postgresProxy.port());
    shop =
        new Shop(
            database,
            postgresUrl,
            "redis://%s:%d".formatted(redisProxy.host(), redisProxy.port()),
            redis.url());
    daemon = shop.start();
  }

  @AfterEach
  void stopDaemon() throws SQLException {
    daemon.close();
    shop.close();
    redisProxy.close();
    postgresProxy.close();
    database.close();
  }

  private void awaitActive() {
    Shop.soon().until(() -> daemon.status().isReady());
  }

  private void cacheItems() {
    Shop.soon()
        .until(
            () -> {
              shop.cacheAllItems(daemon.loader());
              return shop.redis().keys("item:*").size() == Shop.ITEM_COUNT;
            });
  }

  private String value(int id) {
    return Shop.item(daemon.loader(), id);
  }

  @Test
  void theListenersTerminatedBackendIsReplaced() throws SQLException {
    cacheItems();
    shop.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'freshet doorbell'");
    shop.execute("UPDATE items SET value = 1 WHERE id = 1");
    shop.awaitGone("item:1");
    awaitActive();
    shop.execute("UPDATE items SET value = 2 WHERE id = 2");
    shop.awaitGone("item:2");
    assertThat(value(2)).isEqualTo("2");
    assertThat(shop.holds("item:3")).isTrue();
  }

  @Test
  void aRedisThatComesBackEmptyGetsANewChain() throws SQLException {
    cacheItems();
    redis.stopWithoutSaving();
    shop.execute("UPDATE items SET value = 1 WHERE id = 1");
    redis.startEmpty();
    awaitChain();
    assertThat(value(1)).isEqualTo("1");
    shop.execute("UPDATE items SET value = 2 WHERE id = 1");
    Shop.soon().until(() -> value(1).equals("2"));
  }

  @Test
  void aRedisSetBackToAnOldSnapshotIsBroughtForwardWithoutAnyFurtherChange() throws SQLException {
    cacheItems();
    shop.redis().save();
    byte[] old = redis.rdb();
    shop.execute("UPDATE items SET value = 1 WHERE id = 1");
    shop.awaitGone("item:1");
    assertThat(value(1)).isEqualTo("1");
    redis.stopWithoutSaving();
    redis.restore(old);
    redis.start();
    // Nothing changes in Postgres from here on: only the beat can notice.
    Shop.soon().until(() -> value(1).equals("1"));
    assertThat(value(2)).isEqualTo("0");
    assertThat(daemon.metrics().scrape())
        .contains("freshet_new_chains_total{reason=\"no_link\"} 1.0");
  }

  @Test
  void aCleanlyRestartedPostgresKeepsTheChain() throws SQLException {
    cacheItems();
    postgres.stop();
    Shop.soon().until(() -> daemon.status().phase() == Phase.RETRYING);
    postgres.start();
    shop.execute("UPDATE items SET value = 1 WHERE id = 1");
    shop.awaitGone("item:1");
    awaitActive();
    assertThat(value(1)).isEqualTo("1");
    assertThat(shop.holds("item:2")).as("no sweep was needed").isTrue();
  }

  @Test
  void aKilledPostgresGetsANewChainForItsCommitsMayBeLost() throws SQLException {
    cacheItems();
    shop.execute("SET synchronous_commit = off; UPDATE items SET value = 1 WHERE id = 1");
    postgres.kill();
    postgres.start();
    Shop.soon().until(() -> daemon.metrics().scrape().contains("reason=\"other_generation\"} 1.0"));
    awaitActive();
    String inPostgres = shop.ask("SELECT value FROM items WHERE id = 1");
    assertThat(value(1)).isEqualTo(inPostgres);
    shop.execute("UPDATE items SET value = 7 WHERE id = 2");
    Shop.soon().until(() -> value(2).equals("7"));
  }

  @Test
  void aCrashThatEmptiesTheChangeLogLosesNoChange() throws SQLException {
    cacheItems();
    postgresProxy.cut();
    postgresProxy.goSilent();
    shop.execute("UPDATE items SET value = 1 WHERE id = 1");
    assertThat(shop.loggedRows()).isPositive();
    postgres.kill();
    postgres.start();
    assertThat(shop.loggedRows()).isZero();
    assertThat(shop.holds("item:1")).isTrue();
    postgresProxy.resume();
    shop.awaitGone("item:1");
    awaitActive();
    assertThat(value(1)).isEqualTo("1");
  }

  @Test
  void changesDuringAnOutageOfRedisAreAppliedWhenItIsBack() throws SQLException {
    cacheItems();
    redisProxy.cut();
    redisProxy.goSilent();
    for (int id = 1; id <= 50; id++) {
      shop.execute("UPDATE items SET value = 3 WHERE id = " + id);
    }
    assertThat(shop.holds("item:1")).isTrue();
    redisProxy.resume();
    for (int id = 1; id <= 50; id++) {
      shop.awaitGone("item:" + id);
    }
    assertThat(shop.holds("item:51")).isTrue();
  }

  @Test
  void aSilentConnectionToPostgresIsFoundAndReplaced() throws SQLException {
    cacheItems();
    postgresProxy.goSilent();
    shop.execute("UPDATE items SET value = 4 WHERE id = 1");
    Shop.within(Duration.ofSeconds(15)).until(() -> daemon.status().phase() == Phase.RETRYING);
    postgresProxy.resume();
    postgresProxy.cut();
    shop.awaitGone("item:1");
    awaitActive();
    assertThat(value(1)).isEqualTo("4");
  }

  @Test
  void aSessionThatVanishedAndKeepsTheLeadersLockIsNotWaitedFor() throws SQLException {
    cacheItems();
    postgresProxy.silencePresent(); // Postgres does not notice, so the lock is not given back
    shop.execute("UPDATE items SET value = 4 WHERE id = 1");
    Shop.within(Duration.ofSeconds(10)).until(() -> !shop.holds("item:1"));
  }

  @Test
  void withoutPostgresHitsAreServedAndMissesFailFast() {
    daemon.loader().get(Shop.ITEMS, "1");
    postgres.stop();
    try {
      assertThat(value(1)).isEqualTo("0");
      assertThat(daemon.loader().getAllAsync(Shop.ITEMS, List.of("2")).get("2"))
          .failsWithin(Duration.ofSeconds(12))
          .withThrowableThat()
          .withMessageContaining("cannot be loaded now");
    } finally {
      postgres.start();
    }
    awaitActive();
    assertThat(value(2)).isEqualTo("0");
  }

  @Test
  void withoutRedisReadsGoToPostgres() {
    redis.stopWithoutSaving();
    try {
      assertThat(value(1)).isEqualTo("0");
    } finally {
      redis.startEmpty();
    }
    awaitChain();
  }

  private void awaitChain() {
    Shop.soon().until(() -> shop.redis().hget("{freshet}:chain", "link").startsWith("applied"));
    awaitActive();
  }
}
