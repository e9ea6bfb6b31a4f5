package dev.freshet.daemon;

import dev.freshet.codec.Dictionaries;
import dev.freshet.config.FreshetConfig;
import dev.freshet.lifecycle.Threads;
import dev.freshet.loading.KnownDictionaries;
import dev.freshet.loading.LoadListener;
import dev.freshet.loading.ViewDictionaries;
import dev.freshet.redis.RedisDictionaries;
import dev.freshet.view.FeatureView;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dictionaries that a loader reads from their mirror in Redis, on a connection and a thread of
 * their own.
 */
final class LoaderDictionaries implements ViewDictionaries, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger("freshet.dictionaries");

  /** How soon loaders write with a dictionary that has been mirrored. */
  private static final long REFRESH_SECONDS = 2;

  private final RedisDictionaries mirror;
  private final KnownDictionaries known;
  private final ScheduledExecutorService asking =
      Executors.newSingleThreadScheduledExecutor(Threads.named("dictionaries"));

  LoaderDictionaries(FreshetConfig config, Servers servers, LoadListener listener) {
    this.mirror =
        new RedisDictionaries(
            servers.redis(), config.redis().namespace(), config.redis().timeout());
    this.known = new KnownDictionaries(mirror, config.views(), listener, asking, System::nanoTime);
  }

  /**
   * Connects, and reads what to write with.
   *
   * @throws dev.freshet.lifecycle.ServerUnavailableException if Redis cannot be reached
   */
  void start() {
    mirror.start();
    known.refresh();
    var unused =
        asking.scheduleWithFixedDelay(
            this::refresh, REFRESH_SECONDS, REFRESH_SECONDS, TimeUnit.SECONDS);
  }

  /** Goes on at its next turn, whatever happened. */
  private void refresh() {
    try {
      known.refresh();
    } catch (RuntimeException e) {
      if (asking.isShutdown()) {
        return; // closed in the middle of it
      }
      log.warn("reading which dictionaries to write with failed, trying again later", e);
    }
  }

  /** What the daemon writes for all loaders. */
  RedisDictionaries mirror() {
    return mirror;
  }

  @Override
  public Dictionaries of(FeatureView view) {
    return known.of(view);
  }

  @Override
  public void close() {
    asking.shutdownNow();
    mirror.close();
  }
}
