package dev.freshet.http;

import dev.freshet.loading.Feature;
import dev.freshet.loading.UnknownViewException;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Answers what concerns views and their entities. */
final class FeatureEndpoints {
  private static final long BODY_TIME_MS = 10_000;

  private final Vertx vertx;
  private final Features features;
  private final Evictions evictions;
  private final BlockingCalls evictionCalls;

  FeatureEndpoints(
      Vertx vertx, Features features, Evictions evictions, BlockingCalls evictionCalls) {
    this.vertx = vertx;
    this.features = features;
    this.evictions = evictions;
    this.evictionCalls = evictionCalls;
  }

  void addTo(Routes routes) {
    routes
        .add("GET", "/v1/views", this::views)
        .add("GET", "/v1/views/{}/features/{}", this::get)
        .add("DELETE", "/v1/views/{}/features/{}", this::evict)
        .add("POST", "/v1/views/{}/features:batch", this::batch);
  }

  private Future<Reply> views(Endpoint.Call call) {
    List<Map<String, Object>> views = new ArrayList<>();
    for (FeatureView view : features.views()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("name", view.name());
      fields.put("key", view.key().toString());
      fields.put("keyParts", view.key().placeholders());
      fields.put("watches", view.watches().stream().map(w -> w.table().toString()).toList());
      fields.put("version", view.version().toString());
      fields.put("codec", view.codec());
      fields.put("ttlSeconds", view.ttl().toSeconds());
      fields.put("absentTtlSeconds", view.absentTtl().toSeconds());
      fields.put("whenBehind", view.whenBehind().name().toLowerCase(Locale.ROOT));
      fields.put("definitionHash", view.definitionHash());
      views.add(fields);
    }
    return Future.succeededFuture(Reply.json(200, Map.of("views", views)));
  }

  private Future<Reply> get(Endpoint.Call call) {
    String view = call.arguments().get(0);
    String key = call.arguments().get(1);
    return Future.fromCompletionStage(features.get(view, key), call.context())
        .map(feature -> reply(view, key, feature, call.request().path()));
  }

  private static Reply reply(String view, String key, Feature feature, String path) {
    Reply reply =
        feature
            .jsonUtf8()
            .map(document -> Reply.of(200, "application/json", document))
            .orElseGet(
                () ->
                    Problem.of(
                            ProblemType.ABSENT_ENTITY,
                            "the view `%s` has no entity with the key `%s`".formatted(view, key))
                        .reply(path))
            .with("X-Freshet-Source", feature.source().toString());
    return feature.mayBeBehind() ? reply.with("X-Freshet-Behind", "true") : reply;
  }

  private Future<Reply> evict(Endpoint.Call call) {
    FeatureView view = view(call.arguments().get(0));
    String key = EntityKey.parse(call.arguments().get(1), view.key().arity()).text();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("view", view.name());
    body.put("keys", List.of(key));
    body.put("status", "logged");
    body.put("detail", "committed to the change log; the daemon evicts what is logged there");
    return evictionCalls.run(
        call.context(),
        () -> {
          evictions.evict(view.name(), List.of(key));
          return Reply.json(202, body);
        });
  }

  private Future<Reply> batch(Endpoint.Call call) {
    FeatureView view = view(call.arguments().get(0));
    return BodyReader.read(vertx, call.request(), call.share(), BODY_TIME_MS)
        .map(Buffer::getBytes)
        .map(BatchRequest::keys)
        .compose(keys -> batch(call, view, keys));
  }

  /** The request itself was counted as one key. */
  private Future<Reply> batch(Endpoint.Call call, FeatureView view, Set<String> keys) {
    if (!call.share().tryTakeKeys(keys.size() - 1)) {
      return Future.failedFuture(new ProblemException(Failures.tooMuchInFlight()));
    }
    Map<String, CompletableFuture<Feature>> found = features.getAll(view.name(), keys);
    CompletableFuture<Void> all =
        CompletableFuture.allOf(found.values().toArray(CompletableFuture<?>[]::new));
    return Future.fromCompletionStage(all.handle((done, failure) -> found), call.context())
        .map(
            done -> {
              BatchReply reply = new BatchReply();
              for (String key : keys) {
                add(reply, key, Objects.requireNonNull(done.get(key), key), call.failures());
              }
              return reply.reply();
            });
  }

  private static void add(
      BatchReply reply, String key, CompletableFuture<Feature> ended, Failures failures) {
    try {
      reply.add(key, ended.join());
    } catch (CompletionException | CancellationException e) {
      reply.add(key, failures.problem(e));
    }
  }

  private FeatureView view(String name) {
    List<FeatureView> views = features.views();
    return views.stream()
        .filter(view -> view.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new UnknownViewException(name, views.stream().map(FeatureView::name).toList()));
  }
}
