package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.postgres.MigrationException;
import dev.freshet.servers.ExpectedLog;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.PostgresServer;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class TwoPhaseCommitIT {
  private PostgresServer server;
  private TestDatabase database;
  private Shop shop;

  @BeforeEach
  void prepare() throws SQLException {
    server = TestServers.ownPostgres(Map.of("max_prepared_transactions", "5"));
    database = server.createDatabase();
    shop = new Shop(database, TestServers.redisUrl());
  }

  @AfterEach
  void close() throws SQLException {
    shop.close();
    database.close();
    server.close();
  }

  @Test
  void aServerThatAllowsItWantsTheDoorbellToBeChosen() {
    String yaml = shop.yaml();
    FreshetConfig unchosen = Shop.parse(yaml.replace("  doorbell: doorbell\n", ""));
    assertThatThrownBy(() -> shop.migrate(unchosen))
        .isInstanceOf(MigrationException.class)
        .hasMessageContaining("postgres.doorbell")
        .hasMessageContaining("doorbell: poll");
    assertThat(shop.migrate(Shop.parse(yaml))).isNotEmpty();
  }

  @Test
  void aPreparedTransactionEvictsWhenItIsCommittedAndDelaysNoOther() throws SQLException {
    FreshetConfig polls = Shop.parse(shop.yaml("poll"));
    try (Daemon daemon = shop.start(polls, Daemon.Options.DEFAULT)) {
      shop.cacheAllItems(daemon.loader());
      shop.execute("BEGIN; UPDATE items SET value = 1 WHERE id = 1; PREPARE TRANSACTION 'one'");
      shop.execute("UPDATE items SET value = 2 WHERE id = 2");
      shop.awaitGone("item:2");
      assertThat(shop.holds("item:1")).isTrue();
      shop.execute("COMMIT PREPARED 'one'");
      shop.awaitGone("item:1");
      assertThat(shop.holds("item:3")).isTrue();
    }
  }

  /** The change log is UNLOGGED: what was prepared before the crash has lost its rows. */
  @Test
  @ExpectedLog("eviction stopped, trying again")
  @ExpectedLog("not ready: the change log is full")
  @ExpectedLog(ExpectedLog.DRIVER_WAS_CUT_OFF)
  @ExpectedLog("failed, trying again later")
  void aTransactionPreparedBeforeACrashKeepsViewsUncachedUntilItHasEnded() throws SQLException {
    FreshetConfig polls = Shop.parse(shop.yaml("poll"));
    try (Daemon daemon = shop.start(polls, Daemon.Options.DEFAULT)) {
      shop.cacheAllItems(daemon.loader());
      shop.execute("BEGIN; UPDATE items SET value = 1 WHERE id = 1; PREPARE TRANSACTION 'before'");
      server.kill();
      server.start();
      Shop.soon().until(() -> daemon.status().detail().contains("pg_prepared_xacts"));
      assertThat(shop.loggedRows()).isZero();
      assertThat(Shop.item(daemon.loader(), 1)).isEqualTo("0");
      assertThat(shop.holds("item:1")).as("the old value is cached").isFalse();

      shop.execute("BEGIN; UPDATE items SET value = 2 WHERE id = 2; PREPARE TRANSACTION 'after'");
      shop.execute("COMMIT PREPARED 'before'");
      Shop.soon().until(() -> daemon.status().detail().isEmpty());
      Shop.soon()
          .until(
              () ->
                  shop.cacheAllItems(daemon.loader()).size() == Shop.ITEM_COUNT
                      && shop.holds("item:2"));
      assertThat(Shop.item(daemon.loader(), 1)).isEqualTo("1");
      shop.execute("COMMIT PREPARED 'after'");
      shop.awaitGone("item:2");
      assertThat(shop.holds("item:1")).isTrue();
    }
  }
}
