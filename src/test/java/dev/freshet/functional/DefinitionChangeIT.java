package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.daemon.EmbeddedLoader;
import dev.freshet.loading.Feature.Source;
import dev.freshet.loading.LoadListener;
import dev.freshet.postgres.NotMigratedException;
import dev.freshet.servers.ExpectedLog;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class DefinitionChangeIT {
  private static final String OTHER_LOAD =
      "SELECT id, value + 1000 AS value FROM public.items WHERE id = ANY(:id::bigint[])";

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

  @Test
  void aDaemonWithAnUnmigratedDefinitionIsRefused() {
    shop.migrate(shop.config());
    try (Daemon daemon = new Daemon(shop.config(OTHER_LOAD), Daemon.Options.DEFAULT)) {
      assertThatThrownBy(daemon::start)
          .isInstanceOf(NotMigratedException.class)
          .hasMessageContaining("view items")
          .hasMessageContaining("run freshet migrate");
    }
  }

  @Test
  void aChangedLoadSweepsItsViewWhenTheNewDaemonStarts() {
    Daemon old = shop.start();
    old.loader().get(Shop.ITEMS, "1");
    old.loader().get(Shop.CATALOGS, "north");
    old.close();
    try (Daemon daemon = shop.start(shop.config(OTHER_LOAD), Daemon.Options.DEFAULT)) {
      shop.awaitGone("item:1");
      assertThat(Shop.item(daemon.loader(), 1)).isEqualTo("1000");
      assertThat(shop.holds("catalog:north")).as("its definition is the same").isTrue();
    }
  }

  @Test
  void aLoaderWithAnotherDefinitionThanTheChainsDoesNotFill() {
    FreshetConfig other = shop.config(OTHER_LOAD);
    try (Daemon daemon = shop.start();
        EmbeddedLoader newer = EmbeddedLoader.open(other, LoadListener.NONE)) {
      assertThat(Shop.item(newer.loader(), 1)).isEqualTo("1000");
      assertThat(shop.holds("item:1")).isFalse();
      assertThat(Shop.item(daemon.loader(), 1)).isEqualTo("0");
      assertThat(daemon.loader().get(Shop.ITEMS, "1").source()).isEqualTo(Source.REDIS);
    }
  }

  private String triggers() throws SQLException {
    return shop.ask(
        "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'freshet%' AND NOT tgisinternal");
  }

  @Test
  void aRemovedWatchIsDroppedAndAReturningOneIsInstalledAgain() throws SQLException {
    shop.migrate(shop.config());
    assertThat(triggers()).isEqualTo("12");
    String yaml = shop.yaml();
    FreshetConfig withoutCatalogs = Shop.parse(yaml.substring(0, yaml.indexOf("  catalogs:")));
    assertThat(shop.migrate(withoutCatalogs))
        .containsExactly(
            "view catalogs",
            "watch catalogs on public.products by store_id",
            "watch catalogs on public.stores by slug");
    assertThat(triggers()).isEqualTo("4");
    assertThat(shop.migrate(withoutCatalogs)).isEmpty();
    assertThat(shop.migrate(shop.config())).hasSize(3);
    assertThat(triggers()).isEqualTo("12");
    try (Daemon daemon = shop.start()) {
      daemon.loader().get(Shop.CATALOGS, "north");
      shop.execute("UPDATE products SET price = 5 WHERE id = 3");
      shop.awaitGone("catalog:north");
    }
  }

  @Test
  @ExpectedLog("eviction stopped, trying again")
  void aDaemonThatMeetsAWatchItDoesNotKnowStopsBeingReadyAndSkipsNothing() throws SQLException {
    try (Daemon daemon = shop.start()) {
      daemon.loader().get(Shop.ITEMS, "1");
      String link = shop.redis().hget("{freshet}:chain", "link");
      shop.execute("INSERT INTO freshet.change_log (watch_id, keys) VALUES (4711, ARRAY['1'])");
      shop.execute("UPDATE items SET value = 1 WHERE id = 1");
      Shop.soon().until(() -> daemon.status().detail().contains("watch 4711"));
      assertThat(daemon.status().isReady()).isFalse();
      assertThat(shop.redis().hget("{freshet}:chain", "link")).isEqualTo(link);
      shop.execute("DELETE FROM freshet.change_log WHERE watch_id = 4711");
      shop.awaitGone("item:1");
      Shop.soon().until(() -> daemon.status().isReady());
    }
  }

  @Test
  @ExpectedLog("not ready: view items: public.items has no column value any more")
  void aColumnRenamedUnderAWatchFailsNoWriterAndEvictsTheWholeView() throws SQLException {
    try (Daemon daemon = shop.start()) {
      shop.cacheAllItems(daemon.loader());
      shop.execute("ALTER TABLE items RENAME COLUMN value TO amount");
      shop.execute("UPDATE items SET amount = 1 WHERE id = 1");
      Shop.soon().until(() -> shop.redis().keys("item:*").isEmpty());
    }
  }
}
