package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.EmbeddedLoader;
import dev.freshet.loading.LoadListener;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The daemon as a process of its own: started, killed, stopped, refused. */
@ExtendWith(NoLeaks.class)
class DaemonProcessIT {
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
  void end() throws SQLException {
    processes.close();
    shop.close();
    database.close();
  }

  private void awaitFresh() {
    Shop.within(Duration.ofSeconds(30)).until(() -> shop.holds("{freshet}:fresh"));
  }

  @Test
  void aKilledDaemonLosesNoChangeThatWasMadeMeanwhile() throws Exception {
    FreshetConfig config = Shop.parse(shop.yaml());
    Process first = processes.start(shop.yaml(), "run", "--migrate");
    awaitFresh();
    try (EmbeddedLoader reader = EmbeddedLoader.open(config, LoadListener.NONE)) {
      shop.cacheAllItems(reader.loader());
      first.destroyForcibly().waitFor();
      shop.execute("UPDATE items SET value = 1 WHERE id <= 40");
      shop.execute("DELETE FROM items WHERE id = 50");
      assertThat(shop.holds("item:1")).isTrue();
      Shop.soon().until(() -> !shop.holds("{freshet}:fresh"));
      assertThat(reader.loader().get(Shop.ITEMS, "1").mayBeBehind()).isTrue();

      processes.start(shop.yaml(), "run");
      for (int id = 1; id <= 40; id++) {
        shop.awaitGone("item:" + id);
      }
      shop.awaitGone("item:50");
      assertThat(Shop.item(reader.loader(), 1)).isEqualTo("1");
      assertThat(reader.loader().get(Shop.ITEMS, "50").isAbsent()).isTrue();
      assertThat(shop.holds("item:60")).as("no sweep was needed").isTrue();
    }
  }

  @Test
  void sigtermEndsTheDaemonWithin10Seconds() throws Exception {
    Process daemon = processes.start(shop.yaml(), "run", "--migrate");
    awaitFresh();
    daemon.destroy();
    assertThat(daemon.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(daemon.exitValue()).as("128 + SIGTERM").isEqualTo(143);
    Shop.soon()
        .until(
            () ->
                shop.ask(
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'freshet%' AND datname = current_database()"),
            "0"::equals);
  }

  @Test
  void untilReadyEndsOnceTheDaemonLeadsOrStandsBy() throws Exception {
    Process alone = processes.start(shop.yaml(), "run", "--migrate", "--until-ready");
    assertThat(alone.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(alone.exitValue()).isZero();
    assertThat(shop.holds("{freshet}:chain")).isTrue();

    processes.start(shop.yaml(), "run");
    awaitFresh();
    Process second = processes.start(shop.yaml(), "run", "--until-ready");
    assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(second.exitValue()).isZero();
  }

  @Test
  void aServerThatCannotBeReachedAtTheStartIsFatal() throws Exception {
    String nobodyListens =
        shop.yaml().replaceFirst("jdbc:pgsql://[^/]+/", "jdbc:pgsql://127.0.0.1:1/");
    Process daemon = processes.start(nobodyListens, "run");
    assertThat(daemon.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(daemon.exitValue()).isEqualTo(3);
    assertThat(processes.printed())
        .contains("freshet: Postgres: connecting to jdbc:pgsql://127.0.0.1:1/")
        .doesNotContain(database.password());
  }

  @Test
  void anUnreachableRedisAtTheStartIsFatal() throws Exception {
    shop.migrate(Shop.parse(shop.yaml()));
    String nobodyListens = shop.yaml().replaceFirst("redis://\\S+", "redis://:s3cr3t@127.0.0.1:1");
    Process daemon = processes.start(nobodyListens, "run");
    assertThat(daemon.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(daemon.exitValue()).isEqualTo(3);
    assertThat(processes.printed()).contains("127.0.0.1:1").doesNotContain("s3cr3t");
  }

  @Test
  void aDatabaseThatIsNotMigratedIsRefused() throws Exception {
    Process daemon = processes.start(shop.yaml(), "run");
    assertThat(daemon.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(daemon.exitValue()).isEqualTo(2);
    assertThat(processes.printed())
        .contains("not migrated as configured")
        .contains("run freshet migrate");
  }
}
