package dev.freshet.http;

import static dev.freshet.http.ApiClient.feature;
import static dev.freshet.http.Replies.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.freshet.loading.Feature;
import dev.freshet.loading.Feature.Source;
import dev.freshet.loading.SampleFeatures;
import dev.freshet.servers.ExpectedLog;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the HTTP interface takes on and what it refuses. */
final class HttpApiBoundsIT {
  private static final String BATCH = "/v1/views/things/features:batch";
  private static final int IN_FLIGHT_MAX = 3;
  private static final int CONNECTIONS_MAX = 20;

  private final MemoryPorts ports = new MemoryPorts();
  private final HttpApi api =
      new HttpApi(
          new HttpListen("127.0.0.1", 0, new HttpBounds(IN_FLIGHT_MAX, 2 << 20, CONNECTIONS_MAX)),
          ports,
          ports,
          ports,
          ports);

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void requestsAboveTheBoundAreRefusedUntilOthersAreAnswered() {
    ApiClient client = new ApiClient(api.start());
    CompletableFuture<Feature> load = ports.hold("slow");
    List<CompletableFuture<HttpResponse<String>>> held = new ArrayList<>();
    for (int i = 0; i < IN_FLIGHT_MAX; i++) {
      held.add(client.getAsync(feature("slow")));
    }
    await().until(() -> client.get("/v1/views").statusCode() == 503);

    HttpResponse<String> refused = client.get(feature("7"));
    assertProblem(refused, 503, "overloaded");
    assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
    assertProblem(client.post(BATCH, "{\"keys\":[\"1\"]}"), 503, "overloaded");
    assertThat(client.get("/health/live").statusCode()).isEqualTo(200);
    assertThat(client.get("/health/ready").statusCode()).isEqualTo(200);
    assertThat(client.get("/metrics").statusCode()).isEqualTo(200);

    load.complete(SampleFeatures.document("slow", "1", Source.POSTGRES));
    held.forEach(
        reply ->
            assertThat(reply)
                .succeedsWithin(10, TimeUnit.SECONDS)
                .extracting(HttpResponse::statusCode)
                .isEqualTo(200));
    await().until(() -> client.get("/v1/views").statusCode() == 200);
  }

  @Test
  void aBatchCountsAsManyAsItHasKeys() {
    ApiClient client = new ApiClient(api.start());
    CompletableFuture<Feature> load = ports.hold("slow");
    assertProblem(client.post(BATCH, "{\"keys\":[\"1\",\"2\",\"3\",\"4\"]}"), 503, "overloaded");
    CompletableFuture<HttpResponse<String>> held =
        CompletableFuture.supplyAsync(
            () -> client.post(BATCH, "{\"keys\":[\"1\",\"2\",\"slow\"]}"));
    await().until(() -> client.get("/v1/views").statusCode() == 503);

    load.complete(SampleFeatures.document("slow", "1", Source.POSTGRES));
    assertThat(held)
        .succeedsWithin(10, TimeUnit.SECONDS)
        .extracting(HttpResponse::statusCode)
        .isEqualTo(200);
    await().until(() -> client.post(BATCH, "{\"keys\":[\"1\",\"2\",\"3\"]}").statusCode() == 200);
  }

  @Test
  @ExpectedLog("WARN freshet.http: 20 HTTP connections are open: further ones are closed at once")
  void connectionsAboveTheBoundAreClosedUntilOthersAre() throws IOException {
    int port = api.start();
    List<Socket> open = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTIONS_MAX; i++) {
        open.add(new Socket(InetAddress.getLoopbackAddress(), port));
        send(open.get(i), "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(open.get(i).getInputStream().read()).isEqualTo('H');
      }
      try (Socket tooMany = new Socket(InetAddress.getLoopbackAddress(), port)) {
        tooMany.setSoTimeout(10_000);
        assertThat(tooMany.getInputStream().read()).isEqualTo(-1);
      }
      open.remove(0).close();
      String request = "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      await().ignoreExceptions().until(() -> raw(port, request).startsWith("HTTP/1.1 200"));
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  @Test
  void clientsThatGoAwayLeaveTheirPlacesToOthers() throws IOException {
    int port = api.start();
    ApiClient client = new ApiClient(port);
    CompletableFuture<Feature> load = ports.hold("slow");
    String large = "\"" + "x".repeat(8_000_000) + "\"";
    ports.put("large", large);
    for (int i = 0; i < IN_FLIGHT_MAX; i++) {
      // One goes away before there is a reply, the others while a large one is written.
      String key = i == 0 ? "slow" : "large";
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        send(socket, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n".formatted(feature(key)));
        if (i > 0) {
          assertThat(socket.getInputStream().read()).isEqualTo('H');
        }
      }
    }
    load.complete(SampleFeatures.document("slow", large, Source.POSTGRES));

    List<CompletableFuture<HttpResponse<String>>> held = new ArrayList<>();
    await()
        .untilAsserted(
            () -> {
              held.clear();
              for (int i = 0; i < IN_FLIGHT_MAX; i++) {
                held.add(client.getAsync(feature("large")));
              }
              held.forEach(
                  reply ->
                      assertThat(reply)
                          .succeedsWithin(10, TimeUnit.SECONDS)
                          .extracting(HttpResponse::statusCode)
                          .isEqualTo(200));
            });
  }

  @Test
  void evictionsThatWaitHoldUpNothingElse() {
    ApiClient client = new ApiClient(api.start());
    CountDownLatch database = new CountDownLatch(1);
    ports.beforeEviction =
        () -> {
          try {
            database.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    ports.put("7", "{}");
    CompletableFuture<HttpResponse<String>> eviction =
        CompletableFuture.supplyAsync(() -> client.send("DELETE", feature("7")));
    await().until(() -> !ports.threads.isEmpty());

    assertThat(client.get(feature("7")).statusCode()).isEqualTo(200);
    assertThat(client.get("/health/ready").statusCode()).isEqualTo(200);
    assertThat(client.get("/metrics").statusCode()).isEqualTo(200);
    assertThat(eviction).isNotDone();
    database.countDown();

    assertThat(eviction)
        .succeedsWithin(10, TimeUnit.SECONDS)
        .extracting(HttpResponse::statusCode)
        .isEqualTo(202);
  }

  @Test
  void aBodyThatIsTooLargeIsRefused() {
    ApiClient client = new ApiClient(api.start());
    byte[] tooLarge = new byte[BodyReader.BYTES_MAX + 1];

    assertProblem(
        client.send("POST", BATCH, BodyPublishers.ofByteArray(tooLarge)), 413, "body-too-large");
    assertProblem(
        client.send(
            "POST",
            BATCH,
            BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(tooLarge))), // in chunks
        413,
        "body-too-large");
    String padding = " ".repeat(BodyReader.BYTES_MAX - 20);
    assertThat(client.post(BATCH, "{\"keys\":[\"1\"]}" + padding).statusCode()).isEqualTo(200);
  }

  @Test
  void anEndlessBodyIsCutOff() throws IOException {
    int port = api.start();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      send(
          socket,
          "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999\r\n\r\n".formatted(BATCH));
      byte[] more = new byte[100_000];
      await()
          .until(
              () -> {
                try {
                  socket.getOutputStream().write(more);
                  return false;
                } catch (IOException cutOff) {
                  return true;
                }
              });
    }
  }

  @Test
  void aClientThatAsksBeforeItSendsItsBodyIsAnswered() throws IOException {
    int port = api.start();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      String head = "POST %s HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\n";
      send(socket, head.formatted(BATCH) + "Content-Length: 14\r\n\r\n");
      assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 100");
      send(socket, "{\"keys\":[\"1\"]}");
      assertThat(rest(socket)).contains("HTTP/1.1 200 OK", "\"1\":{\"source\"");
    }
  }

  @Test
  void aHeadThatIsTooLargeOrNoHttpIsRefused() throws IOException {
    int port = api.start();
    String padding = "x".repeat(20_000);

    assertThat(raw(port, "GET /" + padding + " HTTP/1.1\r\nHost: x\r\n\r\n"))
        .matches("(?s)HTTP/1.. 414.*");
    assertThat(raw(port, "GET / HTTP/1.1\r\nHost: x\r\nX: " + padding + "\r\n\r\n"))
        .matches("(?s)HTTP/1.. 431.*");
    assertThat(raw(port, "PING\r\n\r\n")).matches("(?s)HTTP/1.. 400.*");
    assertThat(raw(port, "GET nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 404");
  }

  @Test
  void aPathInPlainUtf8IsUnderstood() throws IOException {
    ports.put("ключ\\\\", "\"raw\"");
    int port = api.start();

    assertThat(
            raw(
                port,
                "GET /v1/views/things/features/ключ\\\\ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200")
        .endsWith("\"raw\"");
    assertThat(
            raw(
                port,
                "GET /v1/views/things/features/1%2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400")
        .contains("malformed-path");
  }

  @Test
  void severalRequestsInOneConnectionAreAnsweredInOrder() throws IOException {
    int port = api.start();
    CompletableFuture<Feature> load = ports.hold("slow");
    ports.put("fast", "\"second\"");
    String two =
        "GET %s HTTP/1.1\r\nHost: x\r\n\r\nGET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      send(socket, two.formatted(feature("slow"), feature("fast")));
      load.complete(SampleFeatures.document("slow", "\"first\"", Source.REDIS));
      assertThat(rest(socket)).containsSubsequence("\"first\"", "\"second\"");
    }
  }

  private static String raw(int port, String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      send(socket, request);
      return rest(socket);
    }
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
  }

  private static String rest(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }
}
