package dev.freshet.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of bodies that do not arrive. */
final class BodyReaderIT {
  private final Vertx vertx = Vertx.vertx();
  private final InFlight inFlight = new InFlight(new HttpBounds(1, 4_000, 1));
  private final CompletableFuture<Buffer> body = new CompletableFuture<>();

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @Test
  void aBodyThatArrivesInPiecesIsReadWhole() throws IOException {
    try (Socket socket = request(10_000)) {
      send(socket, "4\r\nabcd\r\n");
      send(socket, "2\r\nef\r\n0\r\n\r\n");

      assertThat(body).succeedsWithin(10, TimeUnit.SECONDS).hasToString("abcdef");
    }
  }

  @Test
  void aBodyForWhichThereIsNoRoomIsRefused() throws IOException {
    InFlight.Share another = inFlight.share();
    assertThat(another.tryTakeBodyBytes(3_995)).isTrue();
    try (Socket socket = request(10_000)) {
      send(socket, "4\r\nabcd\r\n");
      send(socket, "4\r\nefgh\r\n");

      assertFails(ProblemType.OVERLOADED);
    }
    another.giveBack();
    assertThat(inFlight.share().tryTakeBodyBytes(3_996)).isTrue();
  }

  @Test
  void aBodyThatIsTooSlowIsGivenUp() throws IOException {
    try (Socket socket = request(100)) {
      send(socket, "4\r\nab");

      assertFails(ProblemType.BODY_TOO_SLOW);
    }
  }

  @Test
  void aBodyThatIsCutShortIsRefused() throws IOException {
    try (Socket socket = request(10_000)) {
      send(socket, "4\r\nab");
    }
    assertFails(ProblemType.MALFORMED_BODY);
  }

  private void assertFails(ProblemType type) {
    assertThat(body)
        .failsWithin(10, TimeUnit.SECONDS)
        .withThrowableThat()
        .havingCause()
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.problem().type()).isEqualTo(type));
  }

  private Socket request(long timeMs) throws IOException {
    int port =
        vertx
            .createHttpServer()
            .requestHandler(
                request ->
                    BodyReader.read(vertx, request, inFlight.share(), timeMs)
                        .onComplete(body::complete, body::completeExceptionally))
            .listen(0, "127.0.0.1")
            .await()
            .actualPort();
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    send(socket, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }
}
