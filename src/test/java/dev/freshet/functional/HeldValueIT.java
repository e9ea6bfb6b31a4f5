package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.daemon.WrappedLoader;
import dev.freshet.loading.Feature;
import dev.freshet.loading.FeatureStore;
import dev.freshet.loading.LoadListener;
import dev.freshet.loading.PassingStore;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import dev.freshet.view.FeatureView;
import io.lettuce.core.SetArgs;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A value that comes into a key between a reader's look-up and his question for a lease. */
@ExtendWith(NoLeaks.class)
class HeldValueIT {
  private static final String FRESH = "{freshet}:fresh";

  private TestDatabase database;
  private Shop shop;
  private FreshetConfig config;

  /** Leaves a value in the key {@code older} that was replaced, and evicted, since. */
  @BeforeEach
  void replaceAValue() throws SQLException {
    database = TestServers.database();
    shop = new Shop(database, TestServers.redisUrl());
    config = Shop.parse(shop.yaml().replace("  items:\n", "  items:\n    when-behind: bypass\n"));
    try (Daemon daemon = shop.start(config, Daemon.Options.DEFAULT)) {
      Shop.soon()
          .until(() -> daemon.loader().get(Shop.ITEMS, "1").source() == Feature.Source.REDIS);
      assertThat(shop.redis().copy("item:1", "older")).isTrue();
      shop.execute("UPDATE items SET value = 5 WHERE id = 1");
      shop.awaitGone("item:1");
    }
    shop.redis().set(FRESH, "1", SetArgs.Builder.px(60_000));
  }

  @AfterEach
  void close() throws SQLException {
    shop.close();
    database.close();
  }

  private void putTheOlderBack() {
    assertThat(shop.redis().copy("older", "item:1")).isTrue();
  }

  private Feature readWhile(Runnable beforeTheLease) {
    try (WrappedLoader reader =
        WrappedLoader.open(
            config,
            store -> new BeforeLease(store, beforeTheLease),
            UnaryOperator.identity(),
            LoadListener.NONE)) {
      return reader.loader().get(Shop.ITEMS, "1");
    }
  }

  /** As when Redis takes over the data of an older copy, whose freshness lease has run out. */
  @Test
  void isNotHandedOutIfNobodyVouchesForIt() {
    Feature read =
        readWhile(
            () -> {
              putTheOlderBack();
              shop.redis().del(FRESH);
            });
    assertThat(read.json()).contains("5");
    assertThat(read.source()).isEqualTo(Feature.Source.POSTGRES);
  }

  /** As when another reader has filled the key meanwhile. */
  @Test
  void isHandedOutWhileSomebodyVouchesForIt() {
    Feature read = readWhile(this::putTheOlderBack);
    assertThat(read.json()).contains("0");
    assertThat(read.source()).isEqualTo(Feature.Source.REDIS);
  }

  private static final class BeforeLease extends PassingStore {
    private final Runnable hook;

    BeforeLease(FeatureStore right, Runnable hook) {
      super(right);
      this.hook = hook;
    }

    @Override
    public CompletableFuture<LeaseReply> lease(
        FeatureView view, String cacheKey, byte[] token, Duration time) {
      hook.run();
      return super.lease(view, cacheKey, token, time);
    }
  }
}
