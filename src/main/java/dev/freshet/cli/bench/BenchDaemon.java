package dev.freshet.cli.bench;

import dev.freshet.change.PgSnapshot;
import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.eviction.LoopStatus;
import dev.freshet.eviction.LoopStatus.Phase;
import dev.freshet.loading.FeatureLoader;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A daemon as {@code freshet run} starts it, in this process. */
final class BenchDaemon implements AutoCloseable {
  private static final long READY_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);

  private final Daemon daemon;

  private BenchDaemon(Daemon daemon) {
    this.daemon = daemon;
  }

  /** Reads a configuration in which {@code ${PASSWORD}} stands for the benchmark's own. */
  static FreshetConfig configuration(BenchServers servers, String yaml) {
    return FreshetConfig.parse(
        yaml,
        "the benchmark's configuration",
        name -> name.equals("PASSWORD") ? servers.postgresPassword() : null);
  }

  /** Starts a daemon on a database that is migrated; returns when it is ready. */
  static BenchDaemon start(FreshetConfig config) throws InterruptedException {
    BenchDaemon started = new BenchDaemon(new Daemon(config, Daemon.Options.DEFAULT));
    try {
      started.daemon.start();
      started.awaitReady();
      return started;
    } catch (RuntimeException | InterruptedException e) {
      started.close();
      throw e;
    }
  }

  private void awaitReady() throws InterruptedException {
    long end = System.nanoTime() + READY_NANOS_MAX;
    while (!daemon.status().isReady()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("the daemon was not ready in time: " + daemon.status());
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  FeatureLoader loader() {
    return daemon.loader();
  }

  LoopStatus status() {
    return daemon.status();
  }

  /** How far the change log has been applied, once known. */
  Optional<PgSnapshot> position() {
    return daemon.status().position();
  }

  /**
   * Says so if it has stopped.
   *
   * @throws IllegalStateException if it has
   */
  void check() {
    if (daemon.status().phase() == Phase.STOPPED) {
      throw new IllegalStateException("the daemon has stopped");
    }
  }

  @Override
  public void close() {
    daemon.close();
  }
}
