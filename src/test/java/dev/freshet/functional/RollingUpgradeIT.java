package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.daemon.EmbeddedLoader;
import dev.freshet.eviction.LoopStatus.Phase;
import dev.freshet.loading.Feature;
import dev.freshet.loading.Feature.Source;
import dev.freshet.loading.LoadListener;
import dev.freshet.servers.ExpectedLog;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A view's documents change their shape while old and new daemons and loaders run side by side. */
@ExtendWith(NoLeaks.class)
class RollingUpgradeIT {
  private static final String NEW_LOAD =
      "SELECT id, value + 1000 AS value FROM public.items WHERE id = ANY(:id::bigint[])";

  private TestDatabase database;
  private Shop shop;
  private FreshetConfig oldConfig;
  private FreshetConfig newConfig;

  @BeforeEach
  void prepare() throws SQLException {
    database = TestServers.database();
    shop = new Shop(database, TestServers.redisUrl());
    oldConfig = shop.config();
    newConfig =
        Shop.parse(
            shop.yaml(NEW_LOAD, "doorbell", java.time.Duration.ofHours(1))
                .replace("    codec: json\n", "    codec: gzip\n    version: \"1.1\"\n"));
  }

  @AfterEach
  void close() throws SQLException {
    shop.close();
    database.close();
  }

  private static Feature item(EmbeddedLoader reader, int id) {
    return reader.loader().get(Shop.ITEMS, Integer.toString(id));
  }

  /** Each loader hands out documents of its own definition only, and always fresh ones. */
  private static void expectEachItsOwn(
      EmbeddedLoader old, EmbeddedLoader young, int id, int value) {
    assertThat(item(old, id).json()).contains(Integer.toString(value));
    assertThat(item(young, id).json()).contains(Integer.toString(value + 1000));
    assertThat(item(old, id).json()).contains(Integer.toString(value));
  }

  @Test
  @ExpectedLog("another definition")
  @ExpectedLog("not ready")
  void oldAndNewRunSideBySideAndNeitherReadsTheOthersDocuments() throws SQLException {
    try (EmbeddedLoader old = EmbeddedLoader.open(oldConfig, LoadListener.NONE);
        EmbeddedLoader young = EmbeddedLoader.open(newConfig, LoadListener.NONE)) {
      Daemon oldDaemon = shop.start(oldConfig, Daemon.Options.DEFAULT);
      assertThat(item(old, 1).source()).isEqualTo(Source.POSTGRES);
      assertThat(item(old, 1).source()).isEqualTo(Source.REDIS);
      expectEachItsOwn(old, young, 1, 0);

      shop.migrate(newConfig);
      expectEachItsOwn(old, young, 2, 0);
      shop.execute("UPDATE items SET value = 3 WHERE id = 1");
      Shop.soon().untilAsserted(() -> expectEachItsOwn(old, young, 1, 3));

      try (Daemon newDaemon = new Daemon(newConfig, Daemon.Options.DEFAULT)) {
        newDaemon.start();
        Shop.soon().until(() -> newDaemon.status().phase() == Phase.STANDBY);
        expectEachItsOwn(old, young, 3, 0);
        oldDaemon.close();
        Shop.soon().until(() -> newDaemon.status().isReady());

        Shop.soon().until(() -> item(young, 1).source() == Source.REDIS);
        expectEachItsOwn(old, young, 1, 3);
        assertThat(item(old, 1).source()).as("it is not the chain's").isEqualTo(Source.POSTGRES);
        assertThat(item(young, 1).source()).as("left alone").isEqualTo(Source.REDIS);
        shop.execute("UPDATE items SET value = 4 WHERE id = 1");
        shop.awaitGone("item:1");
        expectEachItsOwn(old, young, 1, 4);
      }
    }
  }

  @Test
  void anotherCodecNeedsNoSweepAndEachReadsWhatTheOtherWrote() throws SQLException {
    FreshetConfig zipped =
        Shop.parse(shop.yaml().replace("    codec: json\n", "    codec: zstd\n"));
    try (Daemon daemon = shop.start(oldConfig, Daemon.Options.DEFAULT);
        EmbeddedLoader other = EmbeddedLoader.open(zipped, LoadListener.NONE)) {
      daemon.loader().get(Shop.ITEMS, "1");
      assertThat(item(other, 1).source()).isEqualTo(Source.REDIS);
      assertThat(item(other, 2).source()).isEqualTo(Source.POSTGRES);
      Feature read = daemon.loader().get(Shop.ITEMS, "2");
      assertThat(read.source()).isEqualTo(Source.REDIS);
      assertThat(read.json()).contains("0");
    }
  }
}
