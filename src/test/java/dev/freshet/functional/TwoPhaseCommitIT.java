package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.postgres.MigrationException;
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
}
