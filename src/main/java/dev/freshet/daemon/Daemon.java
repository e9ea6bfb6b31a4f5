package dev.freshet.daemon;

import dev.freshet.config.FreshetConfig;
import dev.freshet.config.HttpConfig;
import dev.freshet.config.InspectorConfig;
import dev.freshet.eviction.EvictionLoop;
import dev.freshet.eviction.LoopSettings;
import dev.freshet.eviction.LoopStatus;
import dev.freshet.http.HttpApi;
import dev.freshet.http.HttpListen;
import dev.freshet.lifecycle.Threads;
import dev.freshet.loading.CacheComparison;
import dev.freshet.loading.FeatureLoader;
import dev.freshet.loading.Inspector;
import dev.freshet.metrics.FreshetMetrics;
import dev.freshet.postgres.ChangeLogRing;
import dev.freshet.postgres.NotMigratedException;
import dev.freshet.postgres.PostgresChangeLog;
import dev.freshet.postgres.PostgresDictionaries;
import dev.freshet.postgres.PostgresDoorbell;
import dev.freshet.postgres.PostgresEvictions;
import dev.freshet.postgres.PostgresFeatureSource;
import dev.freshet.postgres.PostgresKeyResolver;
import dev.freshet.redis.RedisChain;
import dev.freshet.view.FeatureView;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The long-running process: the eviction loop, the change log's upkeep, the read-through loader and
 * the HTTP interface.
 */
public final class Daemon implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger("freshet.daemon");

  private static final Duration CHAIN_TIMEOUT = Duration.ofSeconds(2);
  private static final long KEEP_POSITION_SECONDS = 10;
  private static final long EMPTY_SLOTS_SECONDS = 60;
  private static final long RELIEVE_SECONDS = 2;
  private static final long KEEP_DICTIONARIES_SECONDS = 2;
  private static final long TRAIN_SECONDS = 1;
  private static final Duration STOP_LOOP_MAX = Duration.ofSeconds(5);
  private static final Duration STOP_INSPECTIONS_MAX = Duration.ofSeconds(2);

  /**
   * How to start.
   *
   * @param adopt whether a chain of another database may be taken over
   * @param pollEvery how often the change log is looked into without a ring
   */
  public record Options(boolean adopt, Duration pollEvery) {
    /** Adopts nothing, and looks once a second. */
    public static final Options DEFAULT = new Options(false, Duration.ofSeconds(1));
  }

  private final FreshetConfig config;
  private final Servers servers;
  private final FreshetMetrics metrics;
  private final PostgresChangeLog changeLog;
  private final ChangeLogRing ring;
  private final RedisChain chain;
  private final ReadPath reads;
  private final EvictionLoop loop;
  private final String chainName;
  private final Thread loopThread;
  private final ScheduledExecutorService upkeep =
      Executors.newSingleThreadScheduledExecutor(Threads.named("upkeep"));
  private final ScheduledExecutorService inspections =
      Executors.newSingleThreadScheduledExecutor(Threads.named("inspector"));
  private final ScheduledExecutorService trainings =
      Executors.newSingleThreadScheduledExecutor(Threads.named("training"));
  private final @Nullable HttpApi http;
  private int httpPort;

  public Daemon(FreshetConfig config, Options options) {
    this.config = config;
    this.servers = Servers.of(config);
    List<FeatureView> views = config.views();
    this.metrics = new FreshetMetrics(views.stream().map(FeatureView::name).toList());
    SecureRandom random = new SecureRandom();
    this.changeLog =
        new PostgresChangeLog(servers.postgres(), views, config.postgres().retention(), random);
    this.ring = new ChangeLogRing(servers.postgres(), config.postgres().changeLogBytesMax());
    String namespace = config.redis().namespace();
    this.chain = new RedisChain(servers.redis(), namespace, CHAIN_TIMEOUT);
    this.reads = new ReadPath(config, servers, metrics);
    this.chainName = Servers.chainName(config, servers.redis());
    this.loop =
        new EvictionLoop(
            changeLog,
            new PostgresKeyResolver(servers.postgres()),
            new LoaderRefresher(reads.loader().refills()),
            chain,
            new PostgresDoorbell(servers.postgres()),
            metrics,
            views,
            new LoopSettings(
                chainName,
                Servers.mode(config.postgres()),
                options.pollEvery(),
                Duration.ofMillis(500),
                options.adopt()),
            random,
            System::nanoTime);
    this.loopThread = new Thread(loop, "freshet-eviction");
    this.http = config.http().map(this::httpApi).orElse(null);
  }

  private HttpApi httpApi(HttpConfig listen) {
    return new HttpApi(
        new HttpListen(listen.host(), listen.port()),
        new LoaderFeatures(reads.loader()),
        new LoggedEvictions(config.views(), new PostgresEvictions(servers.postgres())),
        new LoopHealth(loop, loopThread),
        new MetricsTelemetry(metrics, loop));
  }

  /**
   * Connects to both servers and starts all parts.
   *
   * @throws dev.freshet.lifecycle.ServerUnavailableException if a server cannot be reached
   * @throws NotMigratedException if the database is not what the configuration asks for
   * @throws dev.freshet.eviction.OtherDatabaseException if Redis holds another database's chain
   * @throws dev.freshet.http.ListenFailedException if the HTTP interface cannot listen
   */
  public void start() {
    servers.postgres().checkReachable();
    Servers.migrator(servers.postgres(), config).checkMigrated();
    loop.checkHistory();
    reads.start();
    // Before what takes long: after a crash nothing is evicted until the loop runs again.
    loopThread.start();
    if (http != null) {
      httpPort = http.start();
      log.info("serving http address={} port={}", config.http().orElseThrow().host(), httpPort);
    }
    everySeconds(upkeep, KEEP_POSITION_SECONDS, "keeping the position", this::keepPosition);
    everySeconds(upkeep, EMPTY_SLOTS_SECONDS, "emptying slots", ring::emptySlots);
    everySeconds(upkeep, RELIEVE_SECONDS, "relieving the change log", this::relieveChangeLog);
    keepDictionaries();
    config
        .inspector()
        .map(this::inspector)
        .ifPresent(inspector -> everySeconds(inspections, 1, "inspecting", inspector::turn));
    log.info(
        "started views={} postgres={} redis={} chain={}",
        config.views().size(),
        servers.postgres().address(),
        servers.redis().address(),
        chainName);
  }

  private void keepDictionaries() {
    PostgresDictionaries truth = new PostgresDictionaries(servers.postgres());
    DictionaryUpkeep mirrors =
        new DictionaryUpkeep(config.views(), truth, reads.dictionaries().mirror());
    everySeconds(upkeep, KEEP_DICTIONARIES_SECONDS, "keeping dictionaries", mirrors::turn);
    if (config.dictionaries().trainOnStart()) {
      everySeconds(
          trainings, TRAIN_SECONDS, "training dictionaries", new TrainingOnStart(config, truth));
    }
  }

  private Inspector inspector(InspectorConfig inspector) {
    return new Inspector(
        config.views(),
        reads.store(),
        new CacheComparison(
            reads.store(),
            new PostgresFeatureSource(servers.postgres()),
            reads.dictionaries(),
            metrics),
        metrics,
        inspector.perSecond(),
        System::nanoTime);
  }

  /** What fails is tried again at its next turn: nothing depends on when it happens. */
  private void everySeconds(
      ScheduledExecutorService executor, long seconds, String doing, Runnable task) {
    Runnable turn =
        () -> {
          try {
            if (loop.status().phase() == LoopStatus.Phase.ACTIVE) {
              task.run();
            }
          } catch (RuntimeException e) {
            if (executor.isShutdown()) {
              log.info("{} was ended by the stop", doing);
              return;
            }
            metrics.failed("upkeep");
            log.warn("{} failed, trying again later: {}", doing, e.getMessage());
          }
        };
    var unused = executor.scheduleWithFixedDelay(turn, seconds, seconds, TimeUnit.SECONDS);
  }

  private void keepPosition() {
    loop.status().position().ifPresent(position -> changeLog.keepPosition(chainName, position));
  }

  private void relieveChangeLog() {
    if (ring.isTight()) {
      keepPosition();
      ring.relieve();
    }
  }

  /** The port that the HTTP interface listens on; empty if there is none. */
  public Optional<Integer> httpPort() {
    return http == null ? Optional.empty() : Optional.of(httpPort);
  }

  /** What the eviction loop is doing. */
  public LoopStatus status() {
    return loop.status();
  }

  public FeatureLoader loader() {
    return reads.loader();
  }

  public FreshetMetrics metrics() {
    return metrics;
  }

  private boolean isRunningAfter(Duration wait) throws InterruptedException {
    loopThread.join(wait.toMillis());
    return loopThread.isAlive();
  }

  /** A turn is let end, since it would fail and be logged. */
  private void stopInspections() {
    inspections.shutdown();
    try {
      if (!inspections.awaitTermination(STOP_INSPECTIONS_MAX.toSeconds(), TimeUnit.SECONDS)) {
        inspections.shutdownNow();
      }
    } catch (InterruptedException e) {
      inspections.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /** Stops all parts, the HTTP interface first; takes at most 10 s. */
  @Override
  public void close() {
    if (http != null) {
      http.close();
    }
    upkeep.shutdownNow();
    trainings.shutdownNow();
    stopInspections();
    loop.stop();
    try {
      if (isRunningAfter(STOP_LOOP_MAX)) {
        loopThread.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    reads.close();
    chain.close();
    servers.close();
    metrics.close();
    log.info("stopped");
  }
}
