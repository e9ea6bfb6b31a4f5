package dev.freshet.daemon;

import dev.freshet.config.FreshetConfig;
import dev.freshet.loading.FeatureLoader;
import dev.freshet.loading.LoadListener;
import dev.freshet.loading.LoaderSettings;
import dev.freshet.postgres.PostgresFeatureSource;
import dev.freshet.redis.RedisFeatureStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;

/**
 * A feature loader with its connections, for an application that reads through the cache itself.
 *
 * <pre>{@code
 * FreshetConfig config = FreshetConfig.load(Path.of("freshet.yaml"), System::getenv);
 * try (EmbeddedLoader freshet = EmbeddedLoader.open(config, LoadListener.NONE)) {
 *   Feature feature = freshet.loader().get("image-features", "42");
 * }
 * }</pre>
 */
public final class EmbeddedLoader implements AutoCloseable {
  private static final Duration LEASE_WAIT = Duration.ofMillis(500);

  private final Servers servers;
  private final RedisFeatureStore store;
  private final LoaderDictionaries dictionaries;
  private final FeatureLoader loader;

  private EmbeddedLoader(
      Servers servers,
      RedisFeatureStore store,
      LoaderDictionaries dictionaries,
      FeatureLoader loader) {
    this.servers = servers;
    this.store = store;
    this.dictionaries = dictionaries;
    this.loader = loader;
  }

  /**
   * Connects to both servers.
   *
   * @param listener is told what the loader does
   * @throws dev.freshet.lifecycle.ServerUnavailableException if one cannot be reached
   */
  public static EmbeddedLoader open(FreshetConfig config, LoadListener listener) {
    Servers servers = Servers.of(config);
    try {
      servers.postgres().checkReachable();
      RedisFeatureStore store =
          new RedisFeatureStore(
              servers.redis(),
              config.redis().namespace(),
              config.redis().timeout(),
              RedisFeatureStore.REQUESTS_MAX_DEFAULT);
      store.start();
      LoaderDictionaries dictionaries = new LoaderDictionaries(config, servers, listener);
      dictionaries.start();
      return new EmbeddedLoader(
          servers, store, dictionaries, loader(config, servers, store, dictionaries, listener));
    } catch (RuntimeException e) {
      servers.close();
      throw e;
    }
  }

  static FeatureLoader loader(
      FreshetConfig config,
      Servers servers,
      RedisFeatureStore store,
      LoaderDictionaries dictionaries,
      LoadListener listener) {
    LoaderSettings settings =
        new LoaderSettings(
            config.loader().concurrency(),
            config.loader().batchMax(),
            config.loader().waitingMax(),
            config.postgres().loadDeadline(),
            config.redis().timeout(),
            LEASE_WAIT);
    return new FeatureLoader(
        config.views(),
        store,
        new PostgresFeatureSource(servers.postgres()),
        dictionaries,
        listener,
        settings,
        new SecureRandom(),
        InstantSource.system());
  }

  public FeatureLoader loader() {
    return loader;
  }

  @Override
  public void close() {
    loader.close();
    dictionaries.close();
    store.close();
    servers.close();
  }
}
