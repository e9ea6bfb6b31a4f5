package dev.freshet.cli.bench;

import dev.freshet.cli.servers.EndsWithJvm;
import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Servers;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import dev.freshet.redis.RawRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Measures how many keys a second the daemon evicts after a change of very many rows, all of them
 * cached, and how much memory it takes for that.
 *
 * <p>The daemon has a JVM of its own, so that this one's heap does not help it. A round is: fill
 * Redis, change all rows, look on until the link covers the change. It is done with a daemon that
 * sleeps when the change is made, and with one that is started when all is in the log.
 */
public final class EvictBench {
  private static final String DATABASE = "freshet_evict";
  private static final String VIEW = "items";
  private static final Duration REDIS_TIMEOUT = Duration.ofSeconds(10);
  private static final long COUNTED_NANOS_MAX = TimeUnit.SECONDS.toNanos(5);
  private static final long END_SECONDS_MAX = 30;

  private static final String CONFIGURATION =
      """
      postgres:
        url: %s
        user: %s
        password: ${PASSWORD}
      redis:
        url: %s
      views:
        %s:
          key: "item:{id}"
          load: SELECT id, revision FROM %s WHERE id = ANY(:id::bigint[])
          watch:
            - table: %s
          codec: json
      """;

  /** What a test does to the benchmark's Redis, to see that it notices. */
  interface Interference {
    Interference NONE = new Interference() {};

    /** All keys are cached, and nothing has changed yet. */
    default void filled(RawRedis redis) {}

    /** The link covers the change. */
    default void evicted(RawRedis redis) {}
  }

  private final EvictSettings settings;
  private final Progress progress;
  private final Interference interference;
  private final CountDownLatch hasEnded = new CountDownLatch(1);
  private volatile boolean isStopping;

  public EvictBench(EvictSettings settings, Progress progress) {
    this(settings, progress, Interference.NONE);
  }

  EvictBench(EvictSettings settings, Progress progress, Interference interference) {
    this.settings = settings;
    this.progress = progress;
    this.interference = interference;
  }

  /**
   * Starts servers, measures, and ends what it started; also if the JVM ends meanwhile.
   *
   * @throws InterruptedException if the JVM ends, or this thread was interrupted
   * @throws BenchFailedException if a changed key was not evicted
   * @throws dev.freshet.cli.servers.ServerFailedException if a server does not start
   */
  public EvictReport run() throws InterruptedException {
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

  private EvictReport run(BenchServers servers, double loadBefore) throws InterruptedException {
    String yaml =
        CONFIGURATION.formatted(
            servers.jdbcUrl(DATABASE),
            servers.postgresUser(),
            servers.redisUrl(),
            VIEW,
            ItemTable.NAME,
            ItemTable.NAME);
    FreshetConfig config =
        FreshetConfig.parse(
            yaml,
            "the benchmark's configuration",
            name -> name.equals("PASSWORD") ? servers.postgresPassword() : null);
    PostgresDatabase database = servers.newDatabase(DATABASE);
    try (Session session = Session.openUnhurried(database);
        Session gate = Session.openUnhurried(database);
        RawRedis redis = RawRedis.open(servers.redis(), REDIS_TIMEOUT)) {
      tell("creating %,d rows".formatted(settings.keys()));
      ItemTable table = ItemTable.create(session, settings.keys());
      Servers.migrator(database, config).migrate();
      CachedItems cached = new CachedItems(redis, config.views().get(0), table);
      Stage stage = new Stage(yaml, servers.postgresPassword(), table, cached, redis, gate);
      List<EvictRound> catchUp = new ArrayList<>();
      List<EvictRound> live = new ArrayList<>();
      String collector = rounds(stage, catchUp, live);
      Map<String, Object> environment = Environment.facts(session, redis);
      Map<String, Double> load = new LinkedHashMap<>();
      load.put("before", loadBefore);
      load.put("after", Environment.loadAverage());
      environment.put("loadAverage", load);
      return new EvictReport(settings, environment, collector, catchUp, live);
    }
  }

  /** What all rounds share. */
  private record Stage(
      String yaml,
      String password,
      ItemTable table,
      CachedItems cached,
      RawRedis redis,
      Session gate) {}

  private String rounds(Stage stage, List<EvictRound> catchUp, List<EvictRound> live)
      throws InterruptedException {
    DaemonProcess daemon = start(stage);
    try {
      daemon.awaitReady();
      for (int round = 1; round <= settings.rounds(); round++) {
        if (settings.transactions() == 1) {
          live.add(live(stage, daemon, "round %d, live".formatted(round)));
        }
        String name = "round %d, catch-up".formatted(round);
        fill(stage, daemon, name);
        daemon.close();
        daemon = startBehindGate(stage, name);
        catchUp.add(catchUp(stage, daemon));
        daemon.awaitReady();
      }
      return daemon.gcLog().collector();
    } finally {
      daemon.close();
    }
  }

  private DaemonProcess start(Stage stage) {
    return DaemonProcess.start(stage.yaml, stage.password, settings.heap());
  }

  private void tell(String line) throws InterruptedException {
    if (isStopping) {
      throw new InterruptedException("the benchmark was told to end");
    }
    progress.show(line);
  }

  private void fill(Stage stage, DaemonProcess daemon, String name) throws InterruptedException {
    tell("%s: caching %,d keys".formatted(name, settings.keys()));
    stage.table.vacuum();
    stage.cached.fill();
    String source = daemon.sourceOf(VIEW, "1");
    if (!source.equals("redis")) {
      throw new BenchFailedException(
          "the cached records are of no use to the loader: it read key 1 from " + source);
    }
    interference.filled(stage.redis);
  }

  /** A daemon sleeps, all rows are changed by one statement, and it is rung. */
  private EvictRound live(Stage stage, DaemonProcess daemon, String name)
      throws InterruptedException {
    fill(stage, daemon, name);
    Figures before = new Figures(daemon.metrics(), daemon, stage.redis);
    tell("%s: changing %,d rows".formatted(name, settings.keys()));
    stage.table.changeAll(1);
    long began = System.nanoTime();
    tell(name + ": evicting");
    return follow(stage, daemon, began, before);
  }

  /**
   * All rows are changed, and a daemon is started that waits at the gate, before its first read.
   */
  private DaemonProcess startBehindGate(Stage stage, String name) throws InterruptedException {
    tell("%s: changing %,d rows".formatted(name, settings.keys()));
    stage.table.changeAll(settings.transactions());
    tell(name + ": evicting");
    // Each read of the change log reads the generation too.
    stage.gate.run("BEGIN");
    stage.gate.run("LOCK TABLE freshet.generation IN ACCESS EXCLUSIVE MODE");
    DaemonProcess daemon = start(stage);
    try {
      while (stage
          .table
          .session()
          .ask(
              "SELECT 'waits' FROM pg_locks WHERE NOT granted AND relation = 'freshet.generation'::regclass")
          .isEmpty()) {
        daemon.check();
        TimeUnit.MILLISECONDS.sleep(5);
      }
      return daemon;
    } catch (RuntimeException | InterruptedException e) {
      daemon.close();
      throw e;
    }
  }

  private EvictRound catchUp(Stage stage, DaemonProcess daemon) throws InterruptedException {
    Figures before = new Figures(new ScrapedMetrics(Map.of()), daemon, stage.redis);
    long began = System.nanoTime();
    stage.gate.run("COMMIT");
    return follow(stage, daemon, began, before);
  }

  private EvictRound follow(Stage stage, DaemonProcess daemon, long began, Figures before)
      throws InterruptedException {
    EvictionRun run =
        EvictionRun.follow(
            stage.redis,
            stage.cached,
            daemon,
            stage.table.lastTransaction(),
            began,
            before.redisKeys());
    Figures after = new Figures(countedMetrics(daemon, before), daemon, stage.redis);
    interference.evicted(stage.redis);
    EvictRound round =
        new EvictRound(
            settings.keys(),
            (long) after.metrics().since(before.metrics(), Figures.EVICTED),
            (long) after.metrics().since(before.metrics(), Figures.EXISTED),
            stage.cached.count(),
            run,
            after.partsSince(before),
            after.cpu().minus(before.cpu()),
            after.redisCpu().minus(before.redisCpu()),
            daemon.gcLog(),
            daemon.memory());
    round.check();
    return round;
  }

  /** The daemon counts a write a moment after its link can be seen. */
  private ScrapedMetrics countedMetrics(DaemonProcess daemon, Figures before)
      throws InterruptedException {
    long end = System.nanoTime() + COUNTED_NANOS_MAX;
    while (true) {
      ScrapedMetrics metrics = daemon.metrics();
      if (metrics.since(before.metrics(), Figures.EXISTED) >= settings.keys()
          || System.nanoTime() > end) {
        return metrics;
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }
}
