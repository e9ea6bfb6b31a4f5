package dev.freshet.daemon;

import dev.freshet.config.FreshetConfig;
import dev.freshet.loading.FeatureLoader;
import dev.freshet.loading.LoadListener;

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
  private final Servers servers;
  private final ReadPath reads;

  private EmbeddedLoader(Servers servers, ReadPath reads) {
    this.servers = servers;
    this.reads = reads;
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
      ReadPath reads = new ReadPath(config, servers, listener);
      reads.start();
      return new EmbeddedLoader(servers, reads);
    } catch (RuntimeException e) {
      servers.close();
      throw e;
    }
  }

  public FeatureLoader loader() {
    return reads.loader();
  }

  @Override
  public void close() {
    reads.close();
    servers.close();
  }
}
