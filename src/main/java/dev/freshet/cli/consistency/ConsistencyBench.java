package dev.freshet.cli.consistency;

import dev.freshet.cli.bench.BenchFailedException;
import dev.freshet.cli.bench.Environment;
import dev.freshet.cli.bench.Progress;
import dev.freshet.cli.consistency.Violation.Kind;
import dev.freshet.cli.servers.EndsWithJvm;
import dev.freshet.cli.servers.ServerFailedException;
import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.postgres.Session;
import dev.freshet.redis.RawRedis;
import dev.freshet.redis.RedisConnections;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code freshet bench consistency}: the promise against real faults (see the package). */
public final class ConsistencyBench {
  private static final Logger LOG = LoggerFactory.getLogger("freshet.consistency");
  private static final long END_SECONDS_MAX = 60;
  private static final long PROGRESS_MS = 500;
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final ConsistencySettings settings;
  private final Progress progress;
  private final CountDownLatch hasEnded = new CountDownLatch(1);
  private final Violations violations = new Violations();

  public ConsistencyBench(ConsistencySettings settings, Progress progress) {
    this.settings = settings;
    this.progress = progress;
  }

  /**
   * Starts servers, breaks them as the schedule says, and ends them.
   *
   * @throws InterruptedException if the JVM ends, or this thread was interrupted
   * @throws dev.freshet.cli.bench.BenchFailedException if a fault did not happen, or Freshet never
   *     began to work
   * @throws dev.freshet.cli.servers.ServerFailedException if a server does not start
   */
  public ConsistencyReport run() throws InterruptedException {
    double loadBefore = Environment.loadAverage();
    progress.show("starting Postgres, Redis and the daemon");
    try (OpenSite open =
        OpenSite.open(
            settings.load().shape(),
            settings.seed(),
            settings.variant(),
            Parts.real(),
            violations)) {
      Thread here = Thread.currentThread();
      EndsWithJvm.Registration registration =
          EndsWithJvm.register("the checker", () -> stopAndWait(here));
      try {
        return run(open.site(), loadBefore);
      } finally {
        registration.close();
      }
    } finally {
      progress.clear();
      hasEnded.countDown();
    }
  }

  private void stopAndWait(Thread running) {
    running.interrupt();
    try {
      boolean unused = hasEnded.await(END_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ConsistencyReport run(Site site, double loadBefore) throws InterruptedException {
    Map<String, Object> environment = environment(site.cluster());
    List<EpisodeResult> results = new ArrayList<>();
    long began = System.nanoTime();
    try {
      runEpisodes(site, results);
    } catch (BenchFailedException | ServerFailedException | ServerUnavailableException e) {
      violations.add(Kind.BROKEN, "the run ended before its time: " + e.getMessage());
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    environment.put(
        "loadAverage", Map.of("before", loadBefore, "after", Environment.loadAverage()));
    site.workload().close();
    return new ConsistencyReport(settings, environment, seconds, results, violations, site);
  }

  private void runEpisodes(Site site, List<EpisodeResult> results) throws InterruptedException {
    site.workload().resume();
    EpisodeRun run = new EpisodeRun(site, violations);
    violations.during("no fault");
    runWithoutFault(site, settings.seconds(), 0);
    List<Episode> episodes =
        Schedule.of(Faults.named(settings.faults()), settings.pairs(), settings.seed());
    for (Episode episode : episodes) {
      progress.show(
          "%s (%d of %d), %,d reads, %d violations"
              .formatted(
                  episode.name(),
                  results.size() + 1,
                  episodes.size(),
                  site.oracle().reads(),
                  violations.count()));
      EpisodeResult result = run.run(episode);
      LOG.info("{}", result);
      results.add(result);
    }
    violations.during("no fault");
    runWithoutFault(site, 0, settings.readsMin());
    int unused = run.sweepAtRest();
  }

  private void runWithoutFault(Site site, int seconds, long readsMin) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (System.nanoTime() < end || site.oracle().reads() < readsMin) {
      progress.show(
          "no fault, %,d reads, %d violations"
              .formatted(site.oracle().reads(), violations.count()));
      TimeUnit.MILLISECONDS.sleep(PROGRESS_MS);
    }
  }

  private static Map<String, Object> environment(Cluster cluster) {
    try (Session session = Session.open(cluster.database());
        RedisConnections connections = new RedisConnections(cluster.redis().url(), TIMEOUT);
        RawRedis redis = RawRedis.open(connections, TIMEOUT)) {
      return Environment.facts(session, redis);
    }
  }
}
