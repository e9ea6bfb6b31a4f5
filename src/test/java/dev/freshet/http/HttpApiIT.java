package dev.freshet.http;

import static dev.freshet.http.ApiClient.feature;
import static dev.freshet.http.Replies.JSON;
import static dev.freshet.http.Replies.assertProblem;
import static dev.freshet.http.Replies.header;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.lifecycle.ServerUnavailableException.Server;
import dev.freshet.loading.Feature;
import dev.freshet.loading.Feature.Source;
import dev.freshet.loading.LoadFailedException;
import dev.freshet.loading.LoadFailedException.Kind;
import dev.freshet.loading.SampleFeatures;
import dev.freshet.servers.ExpectedLog;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every endpoint and every error, over real connections. */
@ExpectedLog("failed unexpectedly; the client got the id")
final class HttpApiIT {
  private static final String BATCH = "/v1/views/things/features:batch";

  private final MemoryPorts ports = new MemoryPorts();
  private final HttpApi api =
      new HttpApi(new HttpListen("127.0.0.1", 0), ports, ports, ports, ports);
  private ApiClient client = new ApiClient(0);

  @BeforeEach
  void start() {
    client = new ApiClient(api.start());
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void aDocumentIsServedAsItIsAndSaysWhereItCameFrom() {
    ports.put("7", SampleFeatures.document("7", "{\"a\": 1.00,  \"ä\":[]}", Source.POSTGRES));

    HttpResponse<String> reply = client.get(feature("7"));

    assertThat(reply.statusCode()).isEqualTo(200);
    assertThat(reply.body()).isEqualTo("{\"a\": 1.00,  \"ä\":[]}");
    assertThat(header(reply, "Content-Type")).isEqualTo("application/json");
    assertThat(header(reply, "X-Freshet-Source")).isEqualTo("postgres");
    assertThat(header(reply, "Cache-Control")).isEqualTo("no-store");
    assertThat(reply.headers().firstValue("X-Freshet-Behind")).isEmpty();
  }

  @Test
  void aDocumentThatMayBeBehindSaysSo() {
    ports.put("7", SampleFeatures.documentThatMayBeBehind("7", "{}"));

    HttpResponse<String> reply = client.get(feature("7"));

    assertThat(header(reply, "X-Freshet-Source")).isEqualTo("redis");
    assertThat(header(reply, "X-Freshet-Behind")).isEqualTo("true");
  }

  @Test
  void everyTextCanBeAKey() {
    List<String> keys =
        List.of(
            "a/b",
            "100%",
            "%2F",
            "*",
            "two words",
            "+",
            "ключ",
            "😀🚀",
            "?",
            "#",
            ".",
            "..",
            "//",
            "",
            "\t",
            "{id}",
            "features",
            "\"");
    keys.forEach(key -> ports.put(key, "\"" + keys.indexOf(key) + "\""));

    for (String key : keys) {
      HttpResponse<String> reply = client.get(feature(key));
      assertThat(reply.statusCode()).as(key).isEqualTo(200);
      assertThat(reply.body()).as(key).isEqualTo("\"" + keys.indexOf(key) + "\"");
    }
  }

  @Test
  void colonsAndBackslashesInAKeyAreEscaped() {
    ports.put("a\\:b\\\\c", "1");

    assertThat(client.get("/v1/views/things/features/a%5C:b%5C%5Cc").body()).isEqualTo("1");
    assertProblem(client.get(feature("a:b")), 400, "malformed-key");
    assertProblem(client.get(feature("a\\b")), 400, "malformed-key");
    assertProblem(client.get("/v1/views/things/features/%00"), 400, "malformed-key");
  }

  @Test
  void aPathThatIsNotPercentEncodedUtf8IsRefused() {
    assertProblem(client.get("/v1/views/things/features/%FF%FE"), 400, "malformed-path");
    assertProblem(client.get("/v1/views/things/features/%ED%A0%80"), 400, "malformed-path");
  }

  @Test
  void anAbsentEntityIsNotFound() {
    HttpResponse<String> reply = client.get(feature("8") + "?x=1");

    JsonNode problem = assertProblem(reply, 404, "absent-entity");
    assertThat(header(reply, "X-Freshet-Source")).isEqualTo("postgres");
    assertThat(problem.get("detail").textValue()).contains("`things`", "`8`");
    assertThat(problem.get("instance").textValue()).isEqualTo(feature("8"));
  }

  @Test
  void anUnknownViewOrPathIsNotFound() {
    JsonNode problem = assertProblem(client.get("/v1/views/no/features/1"), 404, "unknown-view");
    assertThat(problem.get("detail").textValue()).contains("`no`", "things");
    assertProblem(client.send("DELETE", "/v1/views/no/features/1"), 404, "unknown-view");
    assertProblem(client.post("/v1/views/no/features:batch", "{"), 404, "unknown-view");

    for (String path : List.of("/v1", "/v1/", "/v1/views/", "/nothing", "/v1/views/things/1/2/3")) {
      assertProblem(client.get(path), 404, "unknown-path");
    }
    assertProblem(client.get("/v1/views/things/features/a/b"), 404, "unknown-path");
  }

  @Test
  void anotherMethodIsRefusedWithThoseAllowed() {
    HttpResponse<String> put = client.send("PUT", feature("7"));
    assertProblem(put, 405, "method-not-allowed");
    assertThat(header(put, "Allow")).isEqualTo("GET, DELETE, HEAD");

    HttpResponse<String> get = client.get(BATCH);
    assertProblem(get, 405, "method-not-allowed");
    assertThat(header(get, "Allow")).isEqualTo("POST");

    HttpResponse<String> post = client.post("/v1/views", "x".repeat(100_000));
    assertProblem(post, 405, "method-not-allowed");
  }

  @Test
  void headHasTheHeadersOfGetAndNoBody() {
    ports.put("7", "{\"a\":1}");

    HttpResponse<String> found = client.send("HEAD", feature("7"));
    HttpResponse<String> absent = client.send("HEAD", feature("8"));

    assertThat(found.statusCode()).isEqualTo(200);
    assertThat(header(found, "Content-Length")).isEqualTo("7");
    assertThat(header(found, "X-Freshet-Source")).isEqualTo("redis");
    assertThat(found.body()).isEmpty();
    assertThat(absent.statusCode()).isEqualTo(404);
    assertThat(absent.body()).isEmpty();
    assertThat(client.send("HEAD", "/metrics").statusCode()).isEqualTo(200);
  }

  @Test
  void aMissThatCannotBeLoadedSaysWhenToAskAgain() {
    String secret = "10.1.2.3 password";
    for (Kind kind : Kind.values()) {
      ports.fail("7", new LoadFailedException(kind, secret, new IllegalStateException(secret)));

      HttpResponse<String> reply = client.get(feature("7"));

      JsonNode problem = assertProblem(reply, 503, "load-failed");
      assertThat(problem.get("kind").textValue()).isEqualToIgnoringCase(kind.name());
      assertThat(header(reply, "Retry-After")).isEqualTo(kind == Kind.QUERY_FAILED ? "5" : "1");
      assertThat(reply.body()).doesNotContain(secret);
    }
  }

  @Test
  void whatNobodyExpectedTellsTheClientAnIdAndNothingElse() {
    ports.fail("7", new IllegalStateException("the secret"));
    ports.entities.put(
        "8",
        key -> {
          throw new AssertionError("the secret");
        });

    for (String key : List.of("7", "8")) {
      HttpResponse<String> reply = client.get(feature(key));

      JsonNode problem = assertProblem(reply, 500, "internal");
      assertThat(problem.get("id").textValue()).hasSize(36);
      assertThat(reply.body()).doesNotContain("the secret");
    }
  }

  @Test
  void aSlowLoadIsRepliedToWhenItIsDone() {
    CompletableFuture<Feature> load = ports.hold("slow");
    CompletableFuture<HttpResponse<String>> reply = client.getAsync(feature("slow"));
    ports.put("7", "{}");

    assertThat(client.get(feature("7")).statusCode()).isEqualTo(200);
    assertThat(reply).isNotDone();
    load.complete(SampleFeatures.document("slow", "\"late\"", Source.POSTGRES));

    assertThat(reply)
        .succeedsWithin(10, TimeUnit.SECONDS)
        .extracting(HttpResponse::body)
        .isEqualTo("\"late\"");
  }

  @Test
  void anEvictionIsAcceptedWhenItIsLogged() throws JsonProcessingException {
    HttpResponse<String> reply = client.send("DELETE", feature("a/b\\:c"));

    assertThat(reply.statusCode()).isEqualTo(202);
    assertThat(ports.evicted).containsExactly("things a/b\\:c");
    JsonNode body = JSON.readTree(reply.body());
    assertThat(body.get("status").textValue()).isEqualTo("logged");
    assertThat(body.get("keys").get(0).textValue()).isEqualTo("a/b\\:c");
    assertThat(ports.threads).singleElement().asString().startsWith("freshet-http-eviction-");
  }

  @Test
  void anEvictionThatCannotBeLoggedIsNotAccepted() {
    ports.evictionFailure =
        new ServerUnavailableException(
            Server.POSTGRES, "10.1.2.3 refused", new IllegalStateException());

    HttpResponse<String> reply = client.send("DELETE", feature("7"));

    assertProblem(reply, 503, "server-unavailable");
    assertThat(header(reply, "Retry-After")).isEqualTo("1");
    assertThat(reply.body()).contains("Postgres").doesNotContain("10.1.2.3");
    assertProblem(client.send("DELETE", feature("a:b")), 400, "malformed-key");
    assertThat(ports.evicted).isEmpty();
  }

  @Test
  void theViewsAreListed() throws JsonProcessingException {
    JsonNode view = JSON.readTree(client.get("/v1/views").body()).at("/views/0");

    assertThat(view.get("name").textValue()).isEqualTo("things");
    assertThat(view.get("key").textValue()).isEqualTo("thing:{id}");
    assertThat(view.get("watches").get(0).textValue()).isEqualTo("public.things");
    assertThat(view.get("version").textValue()).isEqualTo("1.2");
    assertThat(view.get("ttlSeconds").longValue()).isEqualTo(2_592_000);
    assertThat(view.get("whenBehind").textValue()).isEqualTo("serve");
  }

  @Test
  void healthIsToldWithItsReasons() throws JsonProcessingException {
    assertThat(client.get("/health/live").statusCode()).isEqualTo(200);
    assertThat(client.get("/health/ready").body()).contains("\"status\":\"ready\"");
    ports.whyNotLive = List.of("the daemon's loop has ended");
    ports.whyNotReady = List.of("Postgres is away", "the view `things` has no trigger");

    HttpResponse<String> live = client.get("/health/live");
    HttpResponse<String> ready = client.get("/health/ready");

    assertThat(live.statusCode()).isEqualTo(503);
    assertThat(live.body()).contains("the daemon's loop has ended");
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(JSON.readTree(ready.body()).get("reasons")).hasSize(2);
  }

  @Test
  void figuresAndMetricsAreServedFromAThreadThatMayWait() {
    assertThat(client.get("/v1/stats").body()).isEqualTo("{\"hits\":1}");

    HttpResponse<String> metrics = client.get("/metrics");

    assertThat(header(metrics, "Content-Type"))
        .isEqualTo("text/plain; version=0.0.4; charset=utf-8");
    assertThat(metrics.body()).contains("freshet_hits_total{view=\"things\"} 1.0");
    assertThat(ports.threads).singleElement().asString().startsWith("freshet-http-operation-");
  }

  @Test
  void theIndexNamesEveryPath() {
    assertThat(client.get("/").body())
        .contains("/v1/views", "features:batch", "/v1/stats", "/health/live", "/health/ready")
        .contains("/metrics", "DELETE");
  }
}
