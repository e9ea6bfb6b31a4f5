package dev.freshet.servers;

import dev.freshet.cli.servers.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** {@code freshet run} in a JVM of its own, and all that it says. */
public final class FreshetProcess implements AutoCloseable {
  private static final Duration HTTP_DEADLINE = Duration.ofSeconds(20);
  private static final Duration START_DEADLINE = Duration.ofSeconds(60);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Process process;
  private final Path output;
  private final int port;

  private FreshetProcess(Process process, Path output, int port) {
    this.process = process;
    this.output = output;
    this.port = port;
  }

  /**
   * Starts a daemon; returns before it is ready.
   *
   * @param directory empty, for its configuration and its output
   * @param yaml the configuration without the section {@code http}
   * @param environment what it has beside this JVM's own
   */
  public static FreshetProcess start(
      Path directory, String yaml, List<String> jvmOptions, Map<String, String> environment)
      throws IOException {
    int port = FreePort.next();
    Path config =
        Files.writeString(
            directory.resolve("freshet.yaml"),
            yaml + "\nhttp:\n  listen: 127.0.0.1:%d\n".formatted(port));
    Path output = directory.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(
                command(jvmOptions, "dev.freshet.cli.Main", "run", "--config", config.toString()))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    return new FreshetProcess(builder.start(), output, port);
  }

  /** The words that run a class of this JVM's class path in another. */
  public static List<String> command(
      List<String> jvmOptions, String mainClass, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.add("-Dlogback.configurationFile=logback.xml"); // the program's, not the tests'
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(List.of(arguments));
    return command;
  }

  public void awaitReady() {
    Awaitility.await()
        .atMost(START_DEADLINE)
        .ignoreExceptions()
        .until(() -> get("/health/ready").statusCode() == 200);
  }

  public HttpResponse<String> get(String path) {
    return send(request(path));
  }

  public HttpResponse<String> post(String path, String body) {
    return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(HTTP_DEADLINE);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The sum of a metric's values over its labels. */
  public double metric(String nameAndLabels) {
    return get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(nameAndLabels))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  public int port() {
    return port;
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Standard output and standard error so far. */
  public String output() throws IOException {
    return Files.readString(output);
  }

  /** Kills it. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
