package dev.freshet.metrics;

import dev.freshet.eviction.EvictionListener;
import dev.freshet.lifecycle.ServerUnavailableException.Server;
import dev.freshet.loading.LoadListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What Freshet's two paths have done, as metrics and as figures for people.
 *
 * <p>All meters of the configured views exist from the start, at zero, so that a rate or an alert
 * never lacks its series. Recording is a map look-up and an addition; it never throws, and what is
 * told of a view that is not configured is not counted.
 */
public final class FreshetMetrics implements EvictionListener, LoadListener, AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<String, ViewMeters> views = new LinkedHashMap<>();
  private final Map<NewChain, Counter> newChains = new EnumMap<>(NewChain.class);
  private final Counter keysEvicted;
  private final Counter keysExisted;
  private final Map<Server, Counter> waited = new EnumMap<>(Server.class);
  private final Counter linksLost;
  private final Counter rings;
  private final Counter polls;
  private final Counter beats;
  private final AtomicInteger changeLogFull = new AtomicInteger();
  private final ErrorMeters errors = new ErrorMeters(registry);
  private final Backlog backlog;
  private final JvmGcMetrics garbageCollection = new JvmGcMetrics();

  /**
   * @param viewNames the views of the configuration
   */
  public FreshetMetrics(Collection<String> viewNames) {
    this(viewNames, System::nanoTime);
  }

  FreshetMetrics(Collection<String> viewNames, LongSupplier nanoTime) {
    for (String view : viewNames) {
      views.put(view, new ViewMeters(registry, view));
    }
    for (NewChain why : NewChain.values()) {
      newChains.put(
          why,
          Meters.counter(
              registry,
              "freshet.new.chains",
              "Chains that were started anew",
              "reason",
              why.name().toLowerCase(Locale.ROOT)));
    }
    keysEvicted = Meters.counter(registry, "freshet.keys.evicted", "Keys sent for deletion");
    keysExisted =
        Meters.counter(registry, "freshet.keys.existed", "Keys sent for deletion that Redis held");
    for (Server server : Server.values()) {
      waited.put(
          server,
          Meters.counter(
              registry,
              "freshet.waited.seconds",
              "How long the write path has been in calls to a server",
              "server",
              server.name().toLowerCase(Locale.ROOT)));
    }
    linksLost = Meters.counter(registry, "freshet.links.lost", "Another writer's link was found");
    rings = Meters.counter(registry, "freshet.rings", "The doorbell woke the daemon");
    polls = Meters.counter(registry, "freshet.polls", "Looks into the change log without a ring");
    beats = Meters.counter(registry, "freshet.beats", "Redis was confirmed to be up to date");
    backlog = new Backlog(nanoTime);
    registerBacklog();
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    garbageCollection.bindTo(registry);
  }

  private void registerBacklog() {
    Gauge.builder("freshet.backlog.age", backlog, Backlog::ageSeconds)
        .description("Age of the oldest change that is known to wait")
        .baseUnit("seconds")
        .strongReference(true)
        .register(registry);
    Gauge.builder("freshet.backlog.rows", backlog, Backlog::rows)
        .description("Rows of the change log that are known to wait")
        .strongReference(true)
        .register(registry);
    Gauge.builder("freshet.change.log.full", changeLogFull, AtomicInteger::get)
        .description("Whether views are not cached because the change log is full")
        .strongReference(true)
        .register(registry);
  }

  /** All metrics in Prometheus' text format, version 0.0.4. */
  public String scrape() {
    return registry.scrape();
  }

  /** The figures for people, since the start: numbers, and maps of them by name. */
  public Map<String, Object> stats() {
    Map<String, Object> perView = new LinkedHashMap<>();
    views.forEach((name, meters) -> perView.put(name, new ViewStats(meters).figures()));
    Map<String, Object> stats = new LinkedHashMap<>();
    stats.put("views", perView);
    stats.put("writePath", writePath());
    stats.put("errors", errors.occurred());
    return stats;
  }

  private Map<String, Object> writePath() {
    Collection<Timer> commitToEvict = views.values().stream().map(v -> v.commitToEvict).toList();
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("commitToEvictMs", new Latencies(commitToEvict).figures());
    figures.put("backlogAgeMs", Math.round(backlog.ageSeconds() * 1_000));
    figures.put("backlogRows", backlog.rows());
    figures.put("keysEvicted", (long) keysEvicted.count());
    figures.put("keysExisted", (long) keysExisted.count());
    figures.put("rings", (long) rings.count());
    figures.put("polls", (long) polls.count());
    figures.put("beats", (long) beats.count());
    figures.put("linksLost", (long) linksLost.count());
    figures.put("newChains", (long) newChains.values().stream().mapToDouble(Counter::count).sum());
    return figures;
  }

  /** Forgets all meters; there is nothing to scrape after it. */
  @Override
  public void close() {
    garbageCollection.close();
    registry.close();
  }

  @Override
  public void backlog(Duration backlogAge, long backlogRows) {
    backlog.report(backlogAge, backlogRows);
  }

  @Override
  public void applied(String view, Duration sinceWritten) {
    count(
        view,
        meters -> {
          meters.changes.increment();
          meters.commitToEvict.record(sinceWritten.isNegative() ? Duration.ZERO : sinceWritten);
        });
  }

  @Override
  public void keyless(String view, int rows) {
    count(view, meters -> meters.keylessRows.increment(rows));
  }

  @Override
  public void evicted(int planned, long existed) {
    keysEvicted.increment(planned);
    keysExisted.increment((double) existed);
  }

  @Override
  public void waited(Server server, Duration took) {
    Counter counter = waited.get(server);
    if (counter != null) {
      counter.increment(took.toNanos() / 1e9);
    }
  }

  @Override
  public void swept(String view, long deleted, Duration took) {
    count(
        view,
        meters -> {
          meters.sweeps.increment();
          meters.sweptKeys.increment((double) deleted);
        });
  }

  @Override
  public void newChain(NewChain why) {
    increment(newChains.get(why));
  }

  @Override
  public void rang() {
    rings.increment();
  }

  @Override
  public void polled() {
    polls.increment();
  }

  /** What is up to date has no backlog. */
  @Override
  public void beat() {
    beats.increment();
    backlog.report(Duration.ZERO, 0);
  }

  @Override
  public void changeLogFull(boolean isFull) {
    changeLogFull.set(isFull ? 1 : 0);
  }

  @Override
  public void linkLost() {
    linksLost.increment();
  }

  @Override
  public void failed(String kind) {
    errors.count(kind);
  }

  @Override
  public void nearHit(String view) {
    count(view, meters -> meters.nearHits.increment());
  }

  @Override
  public void hit(String view) {
    count(view, meters -> meters.hits.increment());
  }

  @Override
  public void absenceHit(String view) {
    count(view, meters -> meters.absencesHit.increment());
  }

  @Override
  public void staleHit(String view) {
    count(view, meters -> meters.staleHits.increment());
  }

  @Override
  public void refreshing(String view) {
    count(view, meters -> meters.refreshes.increment());
  }

  @Override
  public void miss(String view) {
    count(view, meters -> meters.misses.increment());
  }

  @Override
  public void behind(String view) {
    count(view, meters -> meters.behindReads.increment());
  }

  @Override
  public void loaded(String view, int keys, int absent, Duration took) {
    count(
        view,
        meters -> {
          meters.loads.increment();
          meters.loadedKeys.increment(keys);
          meters.absencesLoaded.increment(absent);
          meters.load.record(took);
        });
  }

  @Override
  public void filled(String view) {
    count(view, meters -> meters.fills.increment());
  }

  @Override
  public void fillRefused(String view, RefusedFill why) {
    count(view, meters -> increment(meters.refusedFills.get(why)));
  }

  @Override
  public void inspected(String view, int keys) {
    count(view, meters -> meters.inspected.increment(keys));
  }

  @Override
  public void stale(String view, StaleAfter after) {
    count(view, meters -> increment(meters.stale.get(after)));
  }

  @Override
  public void failed(String view, String kind) {
    errors.count(kind);
  }

  private void count(String view, Consumer<ViewMeters> record) {
    ViewMeters meters = views.get(view);
    if (meters != null) {
      record.accept(meters);
    }
  }

  private static void increment(@Nullable Counter counter) {
    if (counter != null) {
      counter.increment();
    }
  }
}
