package dev.freshet.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.AbstractList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How large replies are written to clients that read slowly, or not at all. */
final class ReplyWriterIT {
  private static final int PARTS = 1_000;
  private static final byte[] PART = new byte[64 * 1024];

  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger partsTaken = new AtomicInteger();
  private final CompletableFuture<HttpServerRequest> received = new CompletableFuture<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private int port;

  @BeforeEach
  void start() {
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  request.connection().closeHandler(gone -> closed.complete(null));
                  received.complete(request);
                });
    port = server.listen(0, "127.0.0.1").await().actualPort();
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @Test
  void aReplyIsWrittenNoFasterThanItIsRead() throws IOException {
    try (Socket socket = request()) {
      CompletableFuture<Void> written = write();

      await()
          .during(Duration.ofMillis(300))
          .untilAsserted(() -> assertThat(partsTaken).hasValueBetween(1, PARTS - 1));
      assertThat(written).isNotDone();
      InputStream in = socket.getInputStream();
      in.skipNBytes((long) PARTS * PART.length);

      assertThat(written).succeedsWithin(10, TimeUnit.SECONDS);
      assertThat(partsTaken).hasValue(PARTS);
    }
  }

  @Test
  void nothingIsWrittenForAClientThatHasGone() throws IOException {
    Socket socket = request();
    assertThat(received).succeedsWithin(10, TimeUnit.SECONDS);
    socket.close();
    assertThat(closed).succeedsWithin(10, TimeUnit.SECONDS);

    assertThat(write()).failsWithin(10, TimeUnit.SECONDS);

    assertThat(partsTaken).hasValue(0);
  }

  @Test
  void aClientThatGoesWhileItIsWrittenToEndsTheReply() throws IOException {
    CompletableFuture<Void> written;
    try (Socket socket = request()) {
      written = write();
      assertThat(socket.getInputStream().read()).isEqualTo('H');
    }

    assertThat(written).failsWithin(10, TimeUnit.SECONDS);
    assertThat(partsTaken).hasValueLessThan(PARTS);
  }

  private Socket request() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** Writes a reply of 64 MB, on the request's event loop. */
  private CompletableFuture<Void> write() {
    CompletableFuture<Void> written = new CompletableFuture<>();
    assertThat(received).succeedsWithin(10, TimeUnit.SECONDS);
    HttpServerRequest request = received.join();
    vertx.runOnContext(
        start ->
            new ReplyWriter(
                    vertx,
                    request,
                    Reply.of(200, "application/octet-stream", new CountedParts(partsTaken)))
                .write()
                .onComplete(
                    done -> written.complete(null),
                    failure -> written.completeExceptionally(failure)));
    return written;
  }

  /** Equal parts; counts how many were taken after their lengths were summed up. */
  private static final class CountedParts extends AbstractList<byte[]> {
    private final AtomicInteger taken;
    private int summedUp;

    CountedParts(AtomicInteger taken) {
      this.taken = taken;
    }

    @Override
    public byte[] get(int index) {
      if (summedUp < PARTS) {
        summedUp++;
      } else {
        taken.incrementAndGet();
      }
      return PART;
    }

    @Override
    public int size() {
      return PARTS;
    }
  }
}
