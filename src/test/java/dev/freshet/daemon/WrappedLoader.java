package dev.freshet.daemon;

import dev.freshet.config.FreshetConfig;
import dev.freshet.loading.FeatureLoader;
import dev.freshet.loading.FeatureSource;
import dev.freshet.loading.FeatureStore;
import dev.freshet.loading.LoadListener;
import dev.freshet.loading.ViewDictionaries;
import dev.freshet.nearcache.NearCache;
import dev.freshet.postgres.PostgresFeatureSource;
import dev.freshet.redis.RedisFeatureStore;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.UnaryOperator;

/** A loader on real servers, with something of a test's own between it and them. */
public final class WrappedLoader implements AutoCloseable {
  private final Servers servers;
  private final RedisFeatureStore store;
  private final FeatureLoader loader;

  private WrappedLoader(Servers servers, RedisFeatureStore store, FeatureLoader loader) {
    this.servers = servers;
    this.store = store;
    this.loader = loader;
  }

  public static WrappedLoader open(
      FreshetConfig config,
      UnaryOperator<FeatureStore> ofStore,
      UnaryOperator<FeatureSource> ofSource,
      LoadListener listener) {
    Servers servers = Servers.of(config);
    RedisFeatureStore store =
        new RedisFeatureStore(
            servers.redis(),
            config.redis().namespace(),
            config.redis().timeout(),
            RedisFeatureStore.REQUESTS_MAX_DEFAULT);
    store.start();
    FeatureLoader loader =
        new FeatureLoader(
            config.views(),
            NearCache.off(),
            ofStore.apply(store),
            ofSource.apply(new PostgresFeatureSource(servers.postgres())),
            ViewDictionaries.NONE,
            listener,
            ReadPath.loaderSettings(config),
            new SecureRandom(),
            InstantSource.system());
    return new WrappedLoader(servers, store, loader);
  }

  public FeatureLoader loader() {
    return loader;
  }

  @Override
  public void close() {
    loader.close();
    store.close();
    servers.close();
  }
}
