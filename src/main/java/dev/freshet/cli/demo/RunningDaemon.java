package dev.freshet.cli.demo;

import dev.freshet.cli.servers.EndsWithJvm;
import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A daemon in this process, ready for work until it is closed or the JVM ends. */
final class RunningDaemon implements AutoCloseable {
  private static final Duration READY_DEADLINE = Duration.ofSeconds(30);
  private static final long LOOK_MS = 5;

  private final Daemon daemon;
  private final EndsWithJvm.Registration registration;
  private boolean isEnded;

  private RunningDaemon(Daemon daemon) {
    this.daemon = daemon;
    this.registration = EndsWithJvm.register("Freshet", this::end);
  }

  static RunningDaemon start(FreshetConfig config) {
    RunningDaemon running = new RunningDaemon(new Daemon(config, Daemon.Options.DEFAULT));
    try {
      running.daemon.start();
      running.awaitReady();
      return running;
    } catch (RuntimeException e) {
      running.close();
      throw e;
    }
  }

  /** A chain must have been started before anything is filled. */
  private void awaitReady() {
    long end = System.nanoTime() + READY_DEADLINE.toNanos();
    while (!daemon.status().isReady()) {
      Stage.require(
          System.nanoTime() < end,
          "Freshet is not ready after %d s: %s"
              .formatted(READY_DEADLINE.toSeconds(), daemon.status().detail()));
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new UnexpectedException("interrupted while Freshet started", e);
      }
    }
  }

  /** Host and port of its HTTP interface. */
  String http() {
    return "127.0.0.1:" + daemon.httpPort().orElseThrow();
  }

  @Override
  public void close() {
    end();
    registration.close(); // last: a JVM that ends meanwhile must not end before this has
  }

  private synchronized void end() {
    if (!isEnded) {
      isEnded = true;
      daemon.close();
    }
  }
}
