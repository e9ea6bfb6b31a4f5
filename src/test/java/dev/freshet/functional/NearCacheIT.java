package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.cli.servers.TcpProxy;
import dev.freshet.daemon.Daemon;
import dev.freshet.daemon.EmbeddedLoader;
import dev.freshet.loading.Feature;
import dev.freshet.loading.Feature.Source;
import dev.freshet.loading.LoadListener;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.io.IOException;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A loader in another process than the daemon's, with a near cache. */
class NearCacheIT {
  private TestDatabase database;
  private TcpProxy toRedis;
  private Shop shop;
  private Daemon daemon;
  private EmbeddedLoader near;
  private final List<CompletableFuture<Feature>> asked = new ArrayList<>();

  @BeforeEach
  void start() throws SQLException, IOException {
    database = TestServers.database();
    URI redis = URI.create(TestServers.redisUrl());
    toRedis = TcpProxy.to("127.0.0.1", redis.getPort());
    shop = new Shop(database, TestServers.redisUrl());
    daemon = shop.start();
    String direct = "127.0.0.1:" + redis.getPort();
    String yaml =
        shop.yaml().replace(direct, "127.0.0.1:" + toRedis.port())
            + "loader:\n  near-cache: {max: 8MB, ttl: 10s}\n";
    near = EmbeddedLoader.open(Shop.parse(yaml), LoadListener.NONE);
  }

  @AfterEach
  void stop() throws SQLException, IOException {
    near.close();
    daemon.close();
    shop.close();
    toRedis.close();
    database.close();
  }

  private Feature read(int id) {
    return near.loader().get(Shop.ITEMS, Integer.toString(id));
  }

  /** Reads until the near cache answers. */
  private void bringNear(int id) {
    Shop.soon().until(() -> read(id).source() == Source.NEAR);
  }

  private static String document(int value) {
    return Integer.toString(value);
  }

  @Test
  void aChangeReachesTheNearCache() throws SQLException {
    bringNear(1);
    bringNear(2);

    shop.execute("UPDATE items SET value = 7 WHERE id = 1");
    Shop.soon().until(() -> read(1).json().orElseThrow().equals(document(7)));

    assertThat(read(2).source()).isEqualTo(Source.NEAR);
    bringNear(1);
    assertThat(read(1).json()).hasValue(document(7));
  }

  @Test
  void aSweepEmptiesIt() throws SQLException {
    bringNear(1);

    shop.execute("TRUNCATE items");
    Shop.soon().until(() -> read(1).isAbsent());
  }

  @Test
  void withoutADaemonItServesNothing() {
    bringNear(1);
    daemon.close();

    Shop.within(Duration.ofSeconds(5)).until(() -> read(1).source() != Source.NEAR);
    assertThat(read(1).source()).isEqualTo(Source.REDIS);
  }

  @Test
  void anEmptyRedisEmptiesIt() throws SQLException {
    bringNear(1);
    shop.redis().flushdb();
    shop.execute("UPDATE items SET value = 9 WHERE id = 1");

    Shop.soon().until(() -> read(1).json().orElseThrow().equals(document(9)));
    bringNear(1);
  }

  @Test
  void aBrokenFeedEmptiesItAndItComesBack() throws SQLException {
    bringNear(1);

    toRedis.cut();
    shop.execute("UPDATE items SET value = 5 WHERE id = 1");

    Shop.soon().until(() -> read(1).json().orElseThrow().equals(document(5)));
    bringNear(1);
    assertThat(read(1).json()).hasValue(document(5));
  }

  @Test
  void aFeedThatIsSlowMakesItEmptyRatherThanLate() throws Exception {
    bringNear(1);

    toRedis.delay(3_000);
    Shop.within(Duration.ofSeconds(5)).until(() -> !isNear(1));
    toRedis.delay(0);
    Shop.soon().until(() -> asked.stream().allMatch(CompletableFuture::isDone));
  }

  /** Whether the near cache answers, without waiting for anybody else. */
  private boolean isNear(int id) {
    CompletableFuture<Feature> read = near.loader().getAsync(Shop.ITEMS, Integer.toString(id));
    asked.add(read);
    return read.isDone() && read.join().source() == Source.NEAR;
  }
}
