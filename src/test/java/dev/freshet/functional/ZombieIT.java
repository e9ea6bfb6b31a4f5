package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.EmbeddedLoader;
import dev.freshet.loading.Feature.Source;
import dev.freshet.loading.LoadListener;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A daemon that is stopped in the middle of what it does, and goes on as if nothing had been. */
@ExtendWith(NoLeaks.class)
class ZombieIT {
  private static final Duration TAKE_OVER_MAX = Duration.ofSeconds(10);

  @TempDir private Path directory;
  private TestDatabase database;
  private Shop shop;
  private FreshetProcesses processes;

  @BeforeEach
  void prepare() throws SQLException {
    database = TestServers.database();
    shop = new Shop(database, TestServers.redisUrl());
    processes = new FreshetProcesses(directory);
  }

  @AfterEach
  void close() throws SQLException {
    processes.close();
    shop.close();
    database.close();
  }

  private void awaitFresh(Duration max) {
    Shop.within(max).until(() -> shop.holds("{freshet}:fresh"));
  }

  private void awaitNotFresh() {
    Shop.soon().until(() -> !shop.holds("{freshet}:fresh"));
  }

  @Test
  void aStoppedLeaderIsWorkedAroundAndDoesNoHarmWhenItGoesOn() throws Exception {
    Process zombie = processes.start(shop.yaml(), "run", "--migrate");
    awaitFresh(Duration.ofSeconds(30));
    processes.start(shop.yaml(), "run");
    Shop.within(Duration.ofSeconds(30))
        .until(
            () ->
                shop.ask(
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'freshet doorbell' AND datname = current_database()")
                    .equals("2"));
    try (EmbeddedLoader reader = EmbeddedLoader.open(shop.config(), LoadListener.NONE)) {
      shop.cacheAllItems(reader.loader());
      FreshetProcesses.signal(zombie, "STOP");
      awaitNotFresh();
      shop.execute("UPDATE items SET value = 1 WHERE id = 1");
      awaitFresh(TAKE_OVER_MAX);
      shop.awaitGone("item:1");
      assertThat(Shop.item(reader.loader(), 1)).isEqualTo("1");
      assertThat(shop.holds("item:2")).as("no sweep was needed").isTrue();

      FreshetProcesses.signal(zombie, "CONT");
      for (int i = 2; i <= 60; i++) {
        shop.execute("UPDATE items SET value = 2 WHERE id = " + i);
        String id = Integer.toString(i);
        shop.awaitGone("item:" + id);
        assertThat(Shop.item(reader.loader(), i)).isEqualTo("2");
      }
      assertThat(reader.loader().get(Shop.ITEMS, "1").source()).isEqualTo(Source.REDIS);
      assertThat(reader.loader().get(Shop.ITEMS, "1").mayBeBehind()).isFalse();
    }
  }

  @Test
  void whileTheOnlyDaemonIsStoppedReadsAreMarkedOrBypassAndItsLateBeatVouchesForNothing()
      throws Exception {
    Process zombie = processes.start(shop.yaml(), "run", "--migrate");
    awaitFresh(Duration.ofSeconds(30));
    FreshetConfig bypassing =
        Shop.parse(shop.yaml().replace("  items:\n", "  items:\n    when-behind: bypass\n"));
    try (EmbeddedLoader serving = EmbeddedLoader.open(shop.config(), LoadListener.NONE);
        EmbeddedLoader bypass = EmbeddedLoader.open(bypassing, LoadListener.NONE)) {
      shop.cacheAllItems(serving.loader());
      assertThat(bypass.loader().get(Shop.ITEMS, "1").source()).isEqualTo(Source.REDIS);
      FreshetProcesses.signal(zombie, "STOP");
      awaitNotFresh();
      shop.execute("UPDATE items SET value = 1 WHERE id = 1");

      assertThat(Shop.item(serving.loader(), 1)).as("served, and said so").isEqualTo("0");
      assertThat(serving.loader().get(Shop.ITEMS, "1").mayBeBehind()).isTrue();
      assertThat(Shop.item(bypass.loader(), 1)).isEqualTo("1");
      assertThat(bypass.loader().get(Shop.ITEMS, "2").source()).isEqualTo(Source.POSTGRES);
      assertThat(bypass.loader().get(Shop.ITEMS, "2").mayBeBehind()).isFalse();

      FreshetProcesses.signal(zombie, "CONT");
      awaitFresh(TAKE_OVER_MAX);
      // Fresh says: all that was committed up to 2 s ago is evicted. This was long before.
      assertThat(shop.holds("item:1")).isFalse();
      assertThat(Shop.item(serving.loader(), 1)).isEqualTo("1");
    }
  }
}
