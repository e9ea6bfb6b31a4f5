package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.daemon.Daemon;
import dev.freshet.eviction.LoopStatus.Phase;
import dev.freshet.eviction.OtherDatabaseException;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** More than one daemon for one database and Redis. */
@ExtendWith(NoLeaks.class)
class StandbyIT {
  /** "frsh" in ASCII, the class of Freshet's advisory locks. */
  private static final int LOCK_CLASS = 0x66727368;

  private TestDatabase database;
  private String redisUrl;
  private Shop shop;

  @BeforeEach
  void prepare() throws SQLException {
    database = TestServers.database();
    redisUrl = TestServers.redisUrl();
    shop = new Shop(database, redisUrl);
  }

  @AfterEach
  void close() throws SQLException {
    shop.close();
    database.close();
  }

  @Test
  void aSecondDaemonStandsByAndTakesOverWhenTheFirstEnds() throws SQLException {
    Daemon first = shop.start();
    try (Daemon second = new Daemon(shop.config(), Daemon.Options.DEFAULT)) {
      second.start();
      Shop.soon().until(() -> second.status().phase() == Phase.STANDBY);
      second.loader().get(Shop.ITEMS, "1");
      shop.execute("UPDATE items SET value = 1 WHERE id = 1");
      shop.awaitGone("item:1");

      first.close();
      Shop.soon().until(() -> second.status().phase() == Phase.ACTIVE);
      assertThat(Shop.item(second.loader(), 1)).isEqualTo("1");
      shop.execute("UPDATE items SET value = 2 WHERE id = 1");
      shop.awaitGone("item:1");
      assertThat(second.metrics().scrape())
          .contains("freshet_new_chains_total{reason=\"no_link\"} 0.0");
    }
  }

  @Test
  void aStandbyWorksWithoutTheLockIfNobodyBeats() throws SQLException {
    shop.migrate(shop.config());
    try (var holder = database.connect();
        var statement = holder.createStatement()) {
      for (var chain : lockedByDaemons()) {
        statement.execute("SELECT pg_advisory_lock(%d, %d)".formatted(LOCK_CLASS, chain));
      }
      try (Daemon daemon = new Daemon(shop.config(), Daemon.Options.DEFAULT)) {
        daemon.start();
        Shop.soon().until(() -> daemon.status().phase() == Phase.STANDBY);
        Shop.within(Duration.ofSeconds(20)).until(() -> daemon.status().isReady());
        daemon.loader().get(Shop.ITEMS, "1");
        shop.execute("UPDATE items SET value = 1 WHERE id = 1");
        shop.awaitGone("item:1");
      }
    }
  }

  /** The leadership locks that a daemon of this configuration takes, seen while one runs. */
  private List<Integer> lockedByDaemons() throws SQLException {
    try (Daemon daemon = shop.start()) {
      assertThat(daemon.status().isReady()).isTrue();
      List<Integer> locks = new ArrayList<>();
      try (var connection = database.connect();
          var statement = connection.createStatement();
          var row =
              statement.executeQuery(
                  "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %d AND objid <> 0 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                      .formatted(LOCK_CLASS))) {
        while (row.next()) {
          locks.add((int) row.getLong(1));
        }
      }
      assertThat(locks).hasSize(1);
      return locks;
    }
  }

  @Test
  void anotherDatabasesChainIsNotTakenOverUnlessSaidSo() throws SQLException {
    shop.start().close();
    try (TestDatabase other = TestServers.database();
        Shop otherShop = new Shop(other, redisUrl)) {
      otherShop.migrate(otherShop.config());
      try (Daemon daemon = new Daemon(otherShop.config(), Daemon.Options.DEFAULT)) {
        assertThatThrownBy(daemon::start)
            .isInstanceOf(OtherDatabaseException.class)
            .hasMessageContaining("--adopt");
      }
      Daemon.Options adopt = new Daemon.Options(true, Daemon.Options.DEFAULT.pollEvery());
      try (Daemon daemon = otherShop.start(otherShop.config(), adopt)) {
        assertThat(daemon.metrics().scrape())
            .contains("freshet_new_chains_total{reason=\"adopted\"} 1.0");
      }
    }
  }
}
