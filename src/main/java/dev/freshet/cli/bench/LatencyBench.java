package dev.freshet.cli.bench;

import dev.freshet.cli.servers.EndsWithJvm;
import dev.freshet.postgres.Session;
import dev.freshet.redis.RawRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Measures how long a changed row's key stays in Redis after the commit: with Freshet, and with the
 * naive listener.
 *
 * <p>Both have a database of their own on the same server, with the same rows, and the same Redis.
 * Blocks of updates take turns, and which side is first alternates.
 */
public final class LatencyBench {
  /** How many updates of one side come in a row. */
  static final int BLOCK_UPDATES = 20;

  private static final Duration POLL_TIMEOUT = Duration.ofSeconds(2);
  private static final long END_SECONDS_MAX = 30;

  private final LatencySettings settings;
  private final Progress progress;
  private final CountDownLatch hasEnded = new CountDownLatch(1);
  private volatile boolean isStopping;

  public LatencyBench(LatencySettings settings, Progress progress) {
    this.settings = settings;
    this.progress = progress;
  }

  /**
   * Starts servers, measures, and ends what it started; also if the JVM ends meanwhile.
   *
   * @throws InterruptedException if the JVM ends, or this thread was interrupted
   * @throws dev.freshet.cli.servers.ServerFailedException if a server does not start
   */
  public LatencyReport run() throws InterruptedException {
    double loadBefore = Environment.loadAverage();
    progress.show("starting Postgres and Redis");
    try (BenchServers servers = BenchServers.start()) {
      EndsWithJvm.Registration stop = EndsWithJvm.register("the benchmark", this::stopAndWait);
      try {
        return run(servers, loadBefore);
      } finally {
        stop.close();
      }
    } finally {
      progress.clear();
      hasEnded.countDown();
    }
  }

  private void stopAndWait() {
    isStopping = true;
    try {
      boolean unused = hasEnded.await(END_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private LatencyReport run(BenchServers servers, double loadBefore) throws InterruptedException {
    Samples roundTrips = new Samples();
    try (Side freshet = FreshetSide.start(servers);
        Side naive = NaiveSide.start(servers);
        Lane freshetLane = new Lane(freshet);
        Lane naiveLane = new Lane(naive);
        RawRedis poller = RawRedis.open(servers.redis(), POLL_TIMEOUT);
        BackgroundWriter background =
            new BackgroundWriter(List.of(freshet, naive), settings.backgroundTps())) {
      List<Lane> lanes = new ArrayList<>(List.of(freshetLane, naiveLane));
      background.start();
      inBlocks(
          lanes, settings.warmUpUpdates(), background, new EvictionTimer(poller, new Samples()));
      lanes.forEach(Lane::forget);
      long updatesBefore = background.updates();
      long began = System.nanoTime();
      inBlocks(lanes, settings.updates(), background, new EvictionTimer(poller, roundTrips));
      double seconds = (System.nanoTime() - began) / 1e9;
      Map<String, Object> environment;
      try (Session session = freshet.newWriter()) {
        environment = Environment.facts(session, poller);
      }
      Map<String, Double> load = new LinkedHashMap<>();
      load.put("before", loadBefore);
      load.put("after", Environment.loadAverage());
      environment.put("loadAverage", load);
      return new LatencyReport(
          settings,
          environment,
          roundTrips.figuresMs(),
          Math.round((background.updates() - updatesBefore) / seconds * 10) / 10.0,
          seconds,
          freshetLane.report(),
          naiveLane.report());
    }
  }

  /** Measures so many updates on each lane. */
  private void inBlocks(
      List<Lane> lanes, int updates, BackgroundWriter background, EvictionTimer timer)
      throws InterruptedException {
    for (int done = 0; done < updates; done += BLOCK_UPDATES) {
      int block = Math.min(BLOCK_UPDATES, updates - done);
      progress.show("%,d of %,d updates on each side".formatted(done, updates));
      for (Lane lane : lanes) {
        for (int i = 0; i < block; i++) {
          if (isStopping) {
            throw new InterruptedException("the benchmark was told to end");
          }
          background.check();
          settings.pause().pause();
          lane.measure(timer);
        }
      }
      Collections.reverse(lanes);
    }
  }
}
