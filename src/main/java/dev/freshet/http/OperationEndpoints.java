package dev.freshet.http;

import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Answers what operators and their tools ask. */
final class OperationEndpoints {
  private static final String INDEX =
      """
      Freshet: documents from Redis that are fresh with Postgres.

      GET    /v1/views                          the views
      GET    /v1/views/{view}/features/{key}    one document; in a key, write / as %2F
      DELETE /v1/views/{view}/features/{key}    evict one key, through the change log
      POST   /v1/views/{view}/features:batch    {"keys": ["…"]}, up to 1000
      GET    /v1/stats                          hits, misses, latencies
      GET    /health/live                       200 if the process works
      GET    /health/ready                      200 if it is ready for requests, 503 and why if not
      GET    /metrics                           for Prometheus
      """;

  private final Health health;
  private final Telemetry telemetry;
  private final BlockingCalls calls;

  OperationEndpoints(Health health, Telemetry telemetry, BlockingCalls calls) {
    this.health = health;
    this.telemetry = telemetry;
    this.calls = calls;
  }

  void addTo(Routes routes) {
    routes
        .add("GET", "/", call -> Future.succeededFuture(text("text/plain; charset=utf-8", INDEX)))
        .add("GET", "/v1/stats", this::stats)
        .add("GET", "/health/live", this::live)
        .add("GET", "/health/ready", this::ready)
        .add("GET", "/metrics", this::metrics);
  }

  private Future<Reply> stats(Endpoint.Call call) {
    return calls.run(call.context(), () -> Reply.json(200, telemetry.stats()));
  }

  /** Stays on the event loop: that it answers is a part of what is asked. */
  private Future<Reply> live(Endpoint.Call call) {
    return Future.succeededFuture(health("live", health.whyNotLive()));
  }

  private Future<Reply> ready(Endpoint.Call call) {
    return calls.run(call.context(), () -> health("ready", health.whyNotReady()));
  }

  private static Reply health(String state, List<String> whyNot) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("status", whyNot.isEmpty() ? state : "not " + state);
    body.put("reasons", whyNot);
    return Reply.json(whyNot.isEmpty() ? 200 : 503, body);
  }

  private Future<Reply> metrics(Endpoint.Call call) {
    return calls.run(
        call.context(),
        () -> text("text/plain; version=0.0.4; charset=utf-8", telemetry.prometheusText()));
  }

  private static Reply text(String contentType, String text) {
    return Reply.of(200, contentType, text.getBytes(StandardCharsets.UTF_8));
  }
}
