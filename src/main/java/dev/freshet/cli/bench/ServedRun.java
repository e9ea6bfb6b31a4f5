package dev.freshet.cli.bench;

import dev.freshet.cli.servers.EndsWithJvm;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One run of a benchmark on servers of its own; both end if the JVM ends meanwhile. */
final class ServedRun {
  /** Longer than any step between two looks at the flag. */
  private static final long END_SECONDS_MAX = 30 + WritersSettings.SingleRow.SECONDS_MAX;

  private final StopFlag stop;
  private final Progress progress;
  private final CountDownLatch hasEnded = new CountDownLatch(1);

  ServedRun(StopFlag stop, Progress progress) {
    this.stop = stop;
    this.progress = progress;
  }

  /** Measures on servers that are there. */
  @FunctionalInterface
  interface Measurement<R> {
    /**
     * Measures; looks at the flag again and again.
     *
     * @param loadBefore the load average before the servers were started
     */
    R measure(BenchServers servers, double loadBefore) throws InterruptedException;
  }

  /**
   * Starts servers, measures, and ends what it started; also if the JVM ends meanwhile.
   *
   * @param postgresSettings lines of {@code postgresql.conf}, by name
   * @throws InterruptedException if the JVM ends, or this thread was interrupted
   * @throws BenchFailedException if there are no figures; says why
   * @throws dev.freshet.cli.servers.ServerFailedException if a server does not start
   */
  <R> R run(Map<String, String> postgresSettings, Measurement<R> measurement)
      throws InterruptedException {
    double loadBefore = Environment.loadAverage();
    progress.show("starting Postgres and Redis");
    try (BenchServers servers = BenchServers.start(postgresSettings)) {
      EndsWithJvm.Registration registration =
          EndsWithJvm.register("the benchmark", this::stopAndWait);
      try {
        return measurement.measure(servers, loadBefore);
      } catch (RuntimeException e) {
        stop.check(); // what fails while all ends is no failure
        throw e;
      } finally {
        registration.close();
      }
    } finally {
      progress.clear();
      hasEnded.countDown();
    }
  }

  private void stopAndWait() {
    stop.raise();
    try {
      boolean unused = hasEnded.await(END_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
