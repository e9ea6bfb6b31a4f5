package dev.freshet.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** TLS in front of a server that speaks none, on a free port of this machine. */
public final class TlsProxy implements AutoCloseable {
  private static final String PASSWORD = "changeit";

  private final Vertx vertx = Vertx.vertx();
  private final Path trustStore;
  private final NetServer server;

  /**
   * Starts it with a certificate of its own.
   *
   * @param directory for the certificate; empty
   * @param certifiedHost the host that the certificate is of, as {@code dns:name} or {@code
   *     ip:address}
   */
  public TlsProxy(Path directory, String certifiedHost, String host, int port) throws IOException {
    Path keys = directory.resolve("keys.p12");
    Path certificate = directory.resolve("certificate");
    trustStore = directory.resolve("trusted.p12");
    keytool(
        keys, "-genkeypair", "-keyalg", "EC", "-dname", "CN=test", "-ext", "san=" + certifiedHost);
    keytool(keys, "-exportcert", "-file", certificate.toString());
    keytool(trustStore, "-importcert", "-noprompt", "-file", certificate.toString());

    NetClient client = vertx.createNetClient();
    NetServerOptions options =
        new NetServerOptions()
            .setSsl(true)
            .setKeyCertOptions(new PfxOptions().setPath(keys.toString()).setPassword(PASSWORD));
    server =
        vertx
            .createNetServer(options)
            .connectHandler(
                incoming -> {
                  incoming.pause();
                  client
                      .connect(port, host)
                      .onSuccess(outgoing -> join(incoming, outgoing))
                      .onFailure(e -> incoming.close());
                })
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  private static void join(NetSocket incoming, NetSocket outgoing) {
    incoming.pipeTo(outgoing);
    outgoing.pipeTo(incoming);
    incoming.resume();
  }

  private static void keytool(Path store, String... words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(words));
    command.addAll(List.of("-alias", "proxy", "-keystore", store.toString()));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException("keytool failed: " + said);
    }
  }

  public int port() {
    return server.actualPort();
  }

  /** What a JVM needs to trust the certificate. */
  public List<String> trustingOptions() {
    return List.of(
        "-Djavax.net.ssl.trustStore=" + trustStore,
        "-Djavax.net.ssl.trustStorePassword=" + PASSWORD);
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
