package dev.freshet.loading;

import dev.freshet.lifecycle.Threads;
import dev.freshet.nearcache.NearCache;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import dev.freshet.view.MalformedKeyException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;

/**
 * Reads features through the cache: a hit comes from Redis, a miss from Postgres and is kept for
 * the next reader.
 *
 * <p>Safe for use by many threads. Futures are completed on the loader's own threads; what depends
 * on them must not block there.
 *
 * <p>Every read fails with {@link UnknownViewException} for a view that the configuration does not
 * have, with {@link MalformedKeyException} for a text that is no key of the view, and with {@link
 * LoadFailedException} if it is a miss and cannot be loaded.
 */
public final class FeatureLoader implements AutoCloseable {
  private final Map<String, FeatureView> views = new LinkedHashMap<>();
  private final NearCache<Feature> near;
  private final ReadThroughCache cache;
  private final Refills refills;
  private final LoaderSettings settings;
  private final LoadListener listener;
  private final ExecutorService loading;
  private final ScheduledExecutorService timer;

  /**
   * @param near what it looks into first; somebody else must feed it
   * @param dictionaries what values are written and read with
   * @param random makes lease tokens, which must never repeat: a {@link java.security.SecureRandom}
   * @param clock stamps records; nothing is decided by it
   */
  public FeatureLoader(
      List<FeatureView> views,
      NearCache<Feature> near,
      FeatureStore store,
      FeatureSource source,
      ViewDictionaries dictionaries,
      LoadListener listener,
      LoaderSettings settings,
      RandomGenerator random,
      InstantSource clock) {
    this.near = near;
    this.settings = settings;
    this.listener = listener;
    this.loading = Executors.newFixedThreadPool(settings.statementsMax(), Threads.named("load"));
    this.timer = Executors.newSingleThreadScheduledExecutor(Threads.named("load-timer"));
    LoadRate rate = new LoadRate(settings.keysPerSecond(), System::nanoTime);
    Map<String, LoadBatcher> batchers = new LinkedHashMap<>();
    Map<String, LoadBatcher> refillBatchers = new LinkedHashMap<>();
    for (FeatureView view : views) {
      this.views.put(view.name(), view);
      batchers.put(
          view.name(),
          new LoadBatcher(
              view, source, listener, settings, rate, loading, timer, System::nanoTime));
      if (view.onChange().refreshes()) {
        refillBatchers.put(
            view.name(),
            new LoadBatcher(
                view, source, listener, settings.inTurn(), rate, loading, timer, System::nanoTime));
      }
    }
    RecordBook records = new RecordBook(listener, dictionaries, random, clock);
    LoadFailures failures = new LoadFailures(listener, System::nanoTime);
    Flights flights = new Flights(store, records, failures, listener);
    this.refills = new Refills(refillBatchers, flights, listener, settings);
    this.cache =
        new ReadThroughCache(
            near,
            store,
            batchers,
            flights,
            records,
            failures,
            listener,
            settings,
            timer,
            random,
            System::nanoTime);
  }

  /** What fills the keys of changed entities, for the daemon. */
  public Refills refills() {
    return refills;
  }

  /** The views that can be read, in the order of the configuration. */
  public List<FeatureView> views() {
    return List.copyOf(views.values());
  }

  /**
   * Reads one feature, and waits for it.
   *
   * @param view the view's name
   * @param key the text form of an entity key
   */
  public Feature get(String view, String key) {
    return await(getAsync(view, key));
  }

  /** Reads one feature. The future fails as {@link #get} would throw, but for unknown views. */
  public CompletableFuture<Feature> getAsync(String view, String key) {
    CompletableFuture<Feature> reply = getAllAsync(view, List.of(key)).get(key);
    if (reply == null) {
      throw new IllegalStateException("a read of one key has one reply");
    }
    return reply;
  }

  /**
   * Reads some features, and waits for all of them.
   *
   * @return a feature for each key, in the order of the first mention of each
   */
  public Map<String, Feature> getAll(String view, Collection<String> keys) {
    Map<String, Feature> features = new LinkedHashMap<>();
    getAllAsync(view, keys).forEach((key, reply) -> features.put(key, await(reply)));
    return features;
  }

  /** Reads some features; each key's future succeeds or fails on its own. */
  public Map<String, CompletableFuture<Feature>> getAllAsync(String view, Collection<String> keys) {
    FeatureView known = views.get(view);
    if (known == null) {
      throw new UnknownViewException(view, views.keySet());
    }
    long waitUntilNanos = System.nanoTime() + settings.leaseWait().toNanos();
    Map<String, CompletableFuture<Feature>> replies = new LinkedHashMap<>();
    List<Read> reads = new ArrayList<>();
    for (String key : keys) {
      if (!replies.containsKey(key)) {
        CompletableFuture<Feature> reply = new CompletableFuture<>();
        replies.put(key, reply);
        try {
          EntityKey entity = EntityKey.parse(key, known.key().arity());
          String cacheKey = known.key().cacheKey(entity);
          reads.add(new Read(known, entity, cacheKey, reply, near.stamp(cacheKey), waitUntilNanos));
        } catch (MalformedKeyException e) {
          listener.failed(view, "malformed_key");
          reply.completeExceptionally(e);
        }
      }
    }
    cache.answer(known, reads);
    return replies;
  }

  private static Feature await(CompletableFuture<Feature> reply) {
    try {
      return reply.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException why) {
        why.addSuppressed(new RuntimeException("the read was asked for here"));
        throw why;
      }
      throw e;
    }
  }

  /**
   * Ends the loader's threads; reads that wait for a load fail. Those that wait for another
   * loader's fill find that out when they look again.
   */
  @Override
  public void close() {
    timer.shutdown();
    loading.shutdown();
  }
}
