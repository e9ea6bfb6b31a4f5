package dev.freshet.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.cli.servers.TcpProxy;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpProxyIT {
  private static final int SILENCE_MS = 200;

  private ServerSocket echo = unbound();
  private TcpProxy proxy = TcpProxy.to("127.0.0.1", 1);

  @BeforeEach
  void start() throws IOException {
    proxy.close();
    echo = new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    thread("echo", this::serve);
    proxy = TcpProxy.to("127.0.0.1", echo.getLocalPort());
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    echo.close();
  }

  @Test
  void itForwardsBothWays() throws IOException {
    try (Socket client = connect()) {
      say(client, "hello");
      assertThat(hear(client, 5)).isEqualTo("hello");
      assertThat(proxy.connections()).isEqualTo(1);
    }
    Awaitility.await().until(() -> proxy.connections() == 0);
  }

  @Test
  void theEndOfOneDirectionLeavesTheOtherOpen() throws IOException {
    try (Socket client = connect()) {
      say(client, "last words");
      client.shutdownOutput();
      assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo("last words");
    }
  }

  @Test
  void aCutResetsWhatIsThereAndLetsNewConnectionsThrough() throws IOException {
    try (Socket client = connect()) {
      say(client, "a");
      hear(client, 1);
      proxy.cut();
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
    assertThat(proxy.connections()).isZero();
    try (Socket client = connect()) {
      say(client, "b");
      assertThat(hear(client, 1)).isEqualTo("b");
    }
  }

  @Test
  void aSilentNetworkReportsNothingAndLosesNothing() throws IOException {
    try (Socket before = connect()) {
      say(before, "1");
      hear(before, 1);
      proxy.goSilent();
      say(before, "2");
      assertIsSilent(before);
      try (Socket during = connect()) {
        say(during, "x");
        assertIsSilent(during);

        proxy.resume();

        assertThat(hear(during, 1)).isEqualTo("x");
      }
      say(before, "3");
      assertThat(hear(before, 2)).isEqualTo("23");
    }
  }

  @Test
  void aSilentNetworkCanBeCut() throws IOException {
    try (Socket client = connect()) {
      proxy.goSilent();
      say(client, "a");
      proxy.cut();
      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void aDelayHoldsBackEachDirectionAndEnds() throws IOException {
    try (Socket client = connect()) {
      say(client, "a");
      hear(client, 1);
      proxy.delay(100);
      long begin = System.nanoTime();
      say(client, "b");
      assertThat(hear(client, 1)).isEqualTo("b");
      assertThat(System.nanoTime() - begin)
          .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(200));

      say(client, "c");
      proxy.delay(0);
      say(client, "d");
      assertThat(hear(client, 2)).isEqualTo("cd");
    }
  }

  @Test
  void manyBytesArriveWholeAlsoWhenTheyMustWait() throws Exception {
    byte[] sent = new byte[20 << 20];
    long seed = System.nanoTime();
    new Random(seed).nextBytes(sent);
    try (Socket client = connect()) {
      proxy.goSilent();
      CompletableFuture<Void> sending =
          CompletableFuture.runAsync(
              () -> {
                try {
                  client.getOutputStream().write(sent);
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      proxy.resume();
      byte[] received = new byte[sent.length];
      new DataInputStream(client.getInputStream()).readFully(received);
      assertThat(received).as("seed %d", seed).isEqualTo(sent);
      sending.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void aTargetThatIsNotThereIsAReset() throws IOException {
    echo.close();
    try (Socket client = connect()) {
      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
    }
  }

  private Socket connect() throws IOException {
    Socket client = new Socket();
    client.connect(new InetSocketAddress(proxy.host(), proxy.port()), 5_000);
    client.setSoTimeout(10_000);
    return client;
  }

  private static void say(Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String hear(Socket client, int bytes) throws IOException {
    return new String(client.getInputStream().readNBytes(bytes), StandardCharsets.UTF_8);
  }

  private static void assertIsSilent(Socket client) throws IOException {
    client.setSoTimeout(SILENCE_MS);
    assertThatThrownBy(() -> client.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    client.setSoTimeout(10_000);
  }

  private void serve() {
    while (!echo.isClosed()) {
      try {
        Socket peer = echo.accept();
        thread("echo-peer", () -> echo(peer));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private static void echo(Socket peer) {
    try (peer) {
      peer.getInputStream().transferTo(peer.getOutputStream());
    } catch (IOException e) {
      return; // cut
    }
  }

  private static void thread(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  private static ServerSocket unbound() {
    try {
      return new ServerSocket();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
