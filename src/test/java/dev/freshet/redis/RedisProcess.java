package dev.freshet.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.freshet.servers.ProgramsOnPath;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A redis-server of a test's own, on a free port and in a directory of its own.
 *
 * <p>It is the machine's {@code redis-server}, or the one that the system property {@code
 * freshet.redis-server} names, or else the Redis 6.2 of the artifact embedded-redis.
 */
final class RedisProcess implements AutoCloseable {
  private final Path directory;
  private final int port;
  private final List<String> command;
  private final RedisClient client;
  private final StatefulRedisConnection<byte[], byte[]> operator;
  private Process process;

  private RedisProcess(Path directory, Path program, int port, List<String> arguments)
      throws IOException {
    this.directory = directory;
    this.port = port;
    this.command = new ArrayList<>(List.of(program.toString()));
    this.command.addAll(arguments);
    this.client = RedisClient.create(RedisURI.create("127.0.0.1", port));
    this.process = launch();
    this.operator = client.connect(ByteArrayCodec.INSTANCE);
  }

  /** Starts a server with further options, as {@code --appendonly yes}. */
  static RedisProcess start(String... options) {
    try {
      Path directory = Files.createTempDirectory("freshet-redis");
      return start(directory, program(directory), options);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a Redis 6.2. */
  static RedisProcess startOld(String... options) {
    try {
      Path directory = Files.createTempDirectory("freshet-redis");
      return start(directory, embedded(directory), options);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a sentinel that alone decides when a primary is replaced. */
  static RedisProcess startSentinel(String name, int primaryPort) {
    try {
      Path directory = Files.createTempDirectory("freshet-redis");
      int port = freePort();
      Path configuration =
          Files.writeString(
              directory.resolve("sentinel.conf"),
              """
              port %1$d
              bind 127.0.0.1
              dir %2$s
              sentinel monitor %3$s 127.0.0.1 %4$d 1
              sentinel down-after-milliseconds %3$s 500
              sentinel failover-timeout %3$s 2000
              """
                  .formatted(port, directory, name, primaryPort));
      return new RedisProcess(
          directory, program(directory), port, List.of(configuration.toString(), "--sentinel"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RedisProcess start(Path directory, Path program, String... options)
      throws IOException {
    int port = freePort();
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1"));
    arguments.addAll(List.of("--dir", directory.toString(), "--save", ""));
    arguments.addAll(List.of(options));
    return new RedisProcess(directory, program, port, arguments);
  }

  /** Another connection; the caller closes it. */
  StatefulRedisConnection<byte[], byte[]> connect() {
    return client.connect(ByteArrayCodec.INSTANCE);
  }

  int port() {
    return port;
  }

  String url() {
    return "redis://127.0.0.1:" + port;
  }

  Path directory() {
    return directory;
  }

  /** Somebody else's connection, which sees what is there and does what operators do. */
  StatefulRedisConnection<byte[], byte[]> connection() {
    return operator;
  }

  /** The same, waiting for each reply. */
  RedisCommands<byte[], byte[]> operator() {
    return operator.sync();
  }

  /** How often a command was run since the server started. */
  long calls(String command) {
    return operator()
        .info("commandstats")
        .lines()
        .filter(line -> line.startsWith("cmdstat_" + command + ":calls="))
        .mapToLong(line -> Long.parseLong(line.replaceAll(".*:calls=(\\d+),.*", "$1")))
        .sum();
  }

  /** Stops the process where it stands: it keeps its connections and answers nothing. */
  void freeze() {
    signal("STOP");
  }

  void thaw() {
    signal("CONT");
  }

  void kill() {
    try {
      process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Starts it again on the same port and directory. */
  void launchAgain() {
    try {
      process = launch();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    operator.close();
    client.shutdown(Duration.ofMillis(50), Duration.ofSeconds(2));
    kill();
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        files.sorted(Comparator.reverseOrder()).forEach(RedisProcess::delete);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private Process launch() throws IOException {
    Process launched =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("redis.log").toFile())
            .start();
    try {
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .pollInterval(Duration.ofMillis(20))
          .until(() -> !launched.isAlive() || answersPing());
    } catch (ConditionTimeoutException e) {
      launched.destroyForcibly();
      throw e;
    }
    if (!launched.isAlive()) {
      throw new IllegalStateException(
          "redis-server ended: " + Files.readString(directory.resolve("redis.log")));
    }
    return launched;
  }

  private boolean answersPing() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(1_000);
      socket.getOutputStream().write("PING\r\n".getBytes(UTF_8));
      return new String(socket.getInputStream().readNBytes(5), UTF_8).equals("+PONG");
    } catch (IOException e) {
      return false;
    }
  }

  private void signal(String name) {
    try {
      Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid()).start();
      if (!kill.waitFor(5, TimeUnit.SECONDS) || kill.exitValue() != 0) {
        throw new IllegalStateException("kill -" + name + " failed");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path program(Path directory) throws IOException {
    Optional<Path> program =
        Optional.ofNullable(System.getProperty("freshet.redis-server"))
            .map(Path::of)
            .or(() -> ProgramsOnPath.find("redis-server"));
    return program.isPresent() ? program.get() : embedded(directory);
  }

  private static Path embedded(Path directory) throws IOException {
    boolean isMac = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac");
    boolean isArm = System.getProperty("os.arch").equals("aarch64");
    String name =
        isMac
            ? "redis-server-6.2.6-v5-darwin-" + (isArm ? "arm64" : "amd64")
            : isArm ? "redis-server-6.2.7-linux-arm64" : "redis-server-6.2.6-v5-linux-amd64";
    Path program = directory.resolve("redis-server");
    try (InputStream resource = RedisProcess.class.getResourceAsStream("/" + name)) {
      if (resource == null) {
        throw new IOException("the artifact embedded-redis has no " + name);
      }
      Files.copy(resource, program);
    }
    if (!program.toFile().setExecutable(true)) {
      throw new IOException(program + " cannot be made executable");
    }
    return program;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
