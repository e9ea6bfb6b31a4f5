package dev.freshet.daemon;

import dev.freshet.config.FreshetConfig;
import dev.freshet.config.NearCacheConfig;
import dev.freshet.loading.Feature;
import dev.freshet.loading.FeatureLoader;
import dev.freshet.loading.LoadListener;
import dev.freshet.loading.LoaderSettings;
import dev.freshet.nearcache.NearCache;
import dev.freshet.postgres.PostgresFeatureSource;
import dev.freshet.redis.RedisFeatureStore;
import dev.freshet.redis.RedisNearFeed;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** A loader with all that it reads from and fills. */
final class ReadPath implements AutoCloseable {
  private static final Duration LEASE_WAIT = Duration.ofMillis(500);

  private final RedisFeatureStore store;
  private final LoaderDictionaries dictionaries;
  private final Optional<RedisNearFeed> nearFeed;
  private final FeatureLoader loader;

  /**
   * @param servers stay open when the read path is closed
   * @param listener is told what the loader does
   */
  ReadPath(FreshetConfig config, Servers servers, LoadListener listener) {
    String namespace = config.redis().namespace();
    this.store =
        new RedisFeatureStore(
            servers.redis(),
            namespace,
            config.redis().timeout(),
            RedisFeatureStore.REQUESTS_MAX_DEFAULT);
    this.dictionaries = new LoaderDictionaries(config, servers, listener);
    NearCache<Feature> near =
        config.loader().nearCache().map(ReadPath::nearCache).orElseGet(NearCache::off);
    this.nearFeed =
        config
            .loader()
            .nearCache()
            .map(configured -> new RedisNearFeed(servers.redis(), namespace, near));
    this.loader =
        new FeatureLoader(
            config.views(),
            near,
            store,
            new PostgresFeatureSource(servers.postgres()),
            dictionaries,
            listener,
            loaderSettings(config),
            new SecureRandom(),
            InstantSource.system());
  }

  static LoaderSettings loaderSettings(FreshetConfig config) {
    return new LoaderSettings(
        config.loader().concurrency(),
        config.loader().batchMax(),
        config.loader().keysPerSecond(),
        config.loader().waitingMax(),
        config.postgres().loadDeadline(),
        config.redis().timeout(),
        LEASE_WAIT);
  }

  private static NearCache<Feature> nearCache(NearCacheConfig near) {
    return new NearCache<>(near.bytesMax(), near.ttl(), Feature::bytes, System::nanoTime);
  }

  /**
   * Connects to Redis.
   *
   * @throws dev.freshet.lifecycle.ServerUnavailableException if that fails
   */
  void start() {
    store.start();
    dictionaries.start();
    nearFeed.ifPresent(RedisNearFeed::start);
  }

  FeatureLoader loader() {
    return loader;
  }

  RedisFeatureStore store() {
    return store;
  }

  LoaderDictionaries dictionaries() {
    return dictionaries;
  }

  @Override
  public void close() {
    loader.close();
    dictionaries.close();
    nearFeed.ifPresent(RedisNearFeed::close);
    store.close();
  }
}
