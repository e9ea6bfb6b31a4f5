package dev.freshet.http;

import static dev.freshet.http.ApiClient.feature;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.freshet.loading.Feature;
import dev.freshet.loading.Feature.Source;
import dev.freshet.loading.SampleFeatures;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How the HTTP interface starts and ends. */
final class HttpApiLifecycleIT {
  private final MemoryPorts ports = new MemoryPorts();
  private final HttpApi api = api("127.0.0.1", 0);

  @AfterEach
  void stop() {
    api.close();
  }

  private HttpApi api(String host, int port) {
    return new HttpApi(new HttpListen(host, port), ports, ports, ports, ports);
  }

  @Test
  void aTakenPortIsReportedWithWhatToDo() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      HttpApi second = api("127.0.0.1", taken.getLocalPort());

      assertThatThrownBy(second::start)
          .isInstanceOf(ListenFailedException.class)
          .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("Address already in use")
          .hasMessageContaining("set http.listen to another port");
      second.close();
    }
    assertThatThrownBy(() -> api("no-such-host.invalid", 0).start())
        .isInstanceOf(ListenFailedException.class)
        .hasMessageContaining("no-such-host.invalid")
        .hasMessageContaining("an address of this machine");
    assertThatThrownBy(() -> api("192.0.2.1", 0).start())
        .isInstanceOf(ListenFailedException.class)
        .hasMessageContaining("192.0.2.1:0");
    assertNoThreadIsLeft();
  }

  @Test
  void aGivenPortIsListenedOnAndBothEventLoopsServe() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    HttpApi given = api("127.0.0.1", port);
    try {
      assertThat(given.start()).isEqualTo(port);
      assertThatThrownBy(given::start).isInstanceOf(IllegalStateException.class);
      for (int i = 0; i < 4; i++) {
        assertThat(new ApiClient(port).get("/health/live").statusCode()).isEqualTo(200);
      }
      assertThat(threads()).contains("freshet-http-1", "freshet-http-2");
    } finally {
      given.close();
    }
  }

  @Test
  void closingEndsOpenRequestsInOrderAndLeavesNothingBehind() throws IOException {
    int port = api.start();
    ApiClient client = new ApiClient(port);
    CompletableFuture<Feature> load = ports.hold("slow");
    CompletableFuture<HttpResponse<String>> open = client.getAsync(feature("slow"));
    await().until(() -> load.getNumberOfDependents() > 0);

    CompletableFuture<Void> closing = CompletableFuture.runAsync(api::close);
    await().until(() -> !accepts(port));
    assertThat(open).isNotDone();
    load.complete(SampleFeatures.document("slow", "\"in time\"", Source.POSTGRES));

    assertThat(open)
        .succeedsWithin(10, TimeUnit.SECONDS)
        .extracting(HttpResponse::body)
        .isEqualTo("\"in time\"");
    assertThat(closing).succeedsWithin(10, TimeUnit.SECONDS);
    assertNoThreadIsLeft();
    api.close();
  }

  @Test
  void nothingIsWrittenToTheDisk() throws IOException {
    Set<String> before = temporaryFiles();
    int port = api.start();
    assertThat(new ApiClient(port).get("/").statusCode()).isEqualTo(200);

    assertThat(temporaryFiles())
        .filteredOn(name -> !before.contains(name))
        .noneMatch(name -> name.contains("vertx"));
  }

  @Test
  void closingDoesNotWaitForeverForARequest() {
    ApiClient client = new ApiClient(api.start());
    CompletableFuture<Feature> load = ports.hold("stuck");
    CompletableFuture<HttpResponse<String>> open = client.getAsync(feature("stuck"));
    await().until(() -> load.getNumberOfDependents() > 0);

    assertThat(CompletableFuture.runAsync(api::close)).succeedsWithin(5, TimeUnit.SECONDS);

    assertThat(open).failsWithin(10, TimeUnit.SECONDS);
  }

  private static Set<String> temporaryFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  private static boolean accepts(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (ConnectException refused) {
      return false;
    }
  }

  private static void assertNoThreadIsLeft() {
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () ->
                assertThat(threads())
                    .noneMatch(name -> name.startsWith("freshet-http") || name.startsWith("vert")));
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
  }
}
