package dev.freshet.http;

import dev.freshet.loading.Feature;
import dev.freshet.loading.Feature.Source;
import dev.freshet.loading.SampleFeatures;
import dev.freshet.loading.UnknownViewException;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import dev.freshet.view.KeyTemplate;
import dev.freshet.view.MalformedKeyException;
import dev.freshet.view.OnChange;
import dev.freshet.view.Precision;
import dev.freshet.view.QueryTemplate;
import dev.freshet.view.RelationName;
import dev.freshet.view.ViewVersion;
import dev.freshet.view.Watch;
import dev.freshet.view.WhenBehind;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** All ports of the HTTP interface, in memory: one view {@code things}, keys of one value. */
final class MemoryPorts implements Features, Evictions, Health, Telemetry {
  static final String VIEW = "things";

  final Map<String, Function<String, CompletableFuture<Feature>>> entities =
      new ConcurrentHashMap<>();
  final List<String> evicted = new CopyOnWriteArrayList<>();
  final List<String> threads = new CopyOnWriteArrayList<>();
  volatile List<String> whyNotLive = List.of();
  volatile List<String> whyNotReady = List.of();
  volatile @Nullable RuntimeException evictionFailure;
  volatile Runnable beforeEviction = () -> {};

  void put(String key, String json) {
    entities.put(
        key,
        k -> CompletableFuture.completedFuture(SampleFeatures.document(k, json, Source.REDIS)));
  }

  void put(String key, Feature feature) {
    entities.put(key, k -> CompletableFuture.completedFuture(feature));
  }

  void fail(String key, Throwable failure) {
    entities.put(key, k -> CompletableFuture.failedFuture(failure));
  }

  /** Makes reads of a key wait for the future that is returned. */
  CompletableFuture<Feature> hold(String key) {
    CompletableFuture<Feature> pending = new CompletableFuture<>();
    entities.put(key, k -> pending);
    return pending;
  }

  @Override
  public List<FeatureView> views() {
    return List.of(
        new FeatureView(
            VIEW,
            KeyTemplate.parse("thing:{id}"),
            QueryTemplate.parse("SELECT id, doc FROM public.things WHERE id = ANY(:id)"),
            List.of(
                new Watch(
                    RelationName.parse("public.things"), List.of("id"), null, List.of(), false)),
            List.of(),
            OnChange.EVICT,
            Duration.ofDays(30),
            0.1,
            Duration.ofSeconds(60),
            WhenBehind.SERVE,
            ViewVersion.parse("1.2"),
            "json",
            Precision.EXACT));
  }

  @Override
  public CompletableFuture<Feature> get(String view, String key) {
    if (!view.equals(VIEW)) {
      throw new UnknownViewException(view, List.of(VIEW));
    }
    try {
      EntityKey.parse(key, 1);
    } catch (MalformedKeyException e) {
      return CompletableFuture.failedFuture(e);
    }
    return entities
        .getOrDefault(
            key, k -> CompletableFuture.completedFuture(SampleFeatures.absent(k, Source.POSTGRES)))
        .apply(key);
  }

  @Override
  public Map<String, CompletableFuture<Feature>> getAll(String view, Collection<String> keys) {
    Map<String, CompletableFuture<Feature>> all = new LinkedHashMap<>();
    keys.forEach(key -> all.put(key, get(view, key)));
    return all;
  }

  @Override
  public void evict(String view, List<String> keys) {
    threads.add(Thread.currentThread().getName());
    beforeEviction.run();
    RuntimeException failure = evictionFailure;
    if (failure != null) {
      throw failure;
    }
    keys.forEach(key -> evicted.add(view + " " + key));
  }

  @Override
  public List<String> whyNotLive() {
    return whyNotLive;
  }

  @Override
  public List<String> whyNotReady() {
    return whyNotReady;
  }

  @Override
  public String prometheusText() {
    threads.add(Thread.currentThread().getName());
    return "# TYPE freshet_hits_total counter\nfreshet_hits_total{view=\"things\"} 1.0\n";
  }

  @Override
  public Map<String, Object> stats() {
    return Map.of("hits", 1);
  }
}
