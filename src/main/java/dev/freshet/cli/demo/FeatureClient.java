package dev.freshet.cli.demo;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.stream.StreamSupport;

/** Reads features over HTTP, as an application does. */
final class FeatureClient {
  static final String FROM_REDIS = "redis";
  static final String FROM_POSTGRES = "postgres";

  private static final Duration DEADLINE = Duration.ofSeconds(15);
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String base;

  /**
   * One document.
   *
   * @param source {@code redis} or {@code postgres}, by the reply's header
   * @param bytes the document's size
   * @param took from sending the request to the last byte of the reply
   */
  record Reply(String source, JsonNode document, int bytes, Duration took) {}

  /**
   * Many documents.
   *
   * @param features by key, each with {@code source} and {@code document}
   * @param took from sending the request to the last byte of the reply
   */
  record BatchReply(JsonNode features, Duration took) {
    /** How many came from there. */
    long from(String source) {
      return StreamSupport.stream(features.spliterator(), false)
          .filter(feature -> feature.path("source").asText().equals(source))
          .count();
    }

    /** How many of them are there. */
    long documents() {
      return StreamSupport.stream(features.spliterator(), false)
          .filter(feature -> feature.has("document"))
          .count();
    }
  }

  private record Timed(HttpResponse<byte[]> response, JsonNode body, Duration took) {}

  /**
   * @param base the address of the HTTP interface, as {@code http://127.0.0.1:8080}
   */
  FeatureClient(String base) {
    this.base = base;
  }

  /** Reads one feature. */
  Reply get(String view, String key) {
    Timed timed =
        send(HttpRequest.newBuilder(uri("/v1/views/%s/features/%s".formatted(view, key))).GET());
    String source = timed.response.headers().firstValue("X-Freshet-Source").orElse("nowhere");
    return new Reply(source, timed.body, timed.response.body().length, timed.took);
  }

  /** Reads many features in one request. */
  BatchReply getAll(String view, Collection<String> keys) {
    try {
      byte[] body = JSON.writeValueAsBytes(Map.of("keys", keys));
      Timed timed =
          send(
              HttpRequest.newBuilder(uri("/v1/views/%s/features:batch".formatted(view)))
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
      return new BatchReply(timed.body.path("features"), timed.took);
    } catch (IOException e) {
      throw new UnexpectedException("no request can be made of the keys", e);
    }
  }

  private URI uri(String path) {
    return URI.create(base + path);
  }

  private Timed send(HttpRequest.Builder builder) {
    HttpRequest request = builder.timeout(DEADLINE).build();
    String what = request.method() + " " + request.uri();
    try {
      long begun = System.nanoTime();
      HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
      Duration took = Duration.ofNanos(System.nanoTime() - begun);
      JsonNode body = JSON.readTree(response.body());
      if (response.statusCode() != 200) {
        throw new UnexpectedException(
            "%s was answered with %d: %s".formatted(what, response.statusCode(), body));
      }
      return new Timed(response, body, took);
    } catch (IOException e) {
      throw new UnexpectedException(what + " failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnexpectedException(what + " was interrupted", e);
    }
  }
}
