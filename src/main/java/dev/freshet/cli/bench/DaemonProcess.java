package dev.freshet.cli.bench;

import dev.freshet.cli.servers.EndsWithJvm;
import dev.freshet.cli.servers.FreePort;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * {@code freshet run} of this very program, in a JVM of its own with a heap of its own, seen from
 * outside: over HTTP, in its log of collections, and as the system sees a process.
 */
public final class DaemonProcess implements AutoCloseable {
  /**
   * As the systemd service starts it: beside a database, the processor time of a compiler that
   * optimises, and of collectors that work side by side, is better left to the database.
   */
  static final List<String> JVM_OPTIONS = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private static final Duration HTTP_MAX = Duration.ofSeconds(10);
  private static final long READY_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);
  private static final long ARCHIVE_SECONDS_MAX = 120;
  private static final long STOP_SECONDS_MAX = 20;
  private static final int OUTPUT_TAIL_LINES = 15;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Path directory;
  private final Process process;
  private final URI address;
  private final EndsWithJvm.Registration registration;

  private DaemonProcess(Path directory, Process process, URI address) {
    this.directory = directory;
    this.process = process;
    this.address = address;
    this.registration = EndsWithJvm.register("the daemon", process::destroyForcibly);
  }

  /**
   * Starts a daemon; returns before it is ready.
   *
   * @param configuration without the section {@code http}; {@code ${PASSWORD}} is the password
   * @param heap its {@code -Xmx}
   */
  public static DaemonProcess start(String configuration, String password, String heap) {
    return start(configuration, password, heap, List.of(), List.of());
  }

  /**
   * Starts a daemon with an archive of classes, as the service does; returns before it is ready.
   *
   * @param classes where {@link #archiveClasses} has left it; nothing need be there
   */
  public static DaemonProcess start(
      String configuration, String password, String heap, Path classes) {
    List<String> options =
        Files.exists(classes) ? List.of("-XX:SharedArchiveFile=" + classes) : List.of();
    return start(configuration, password, heap, options, List.of());
  }

  /**
   * Runs a daemon until it is ready, and leaves an archive of the classes that this took, with
   * which others start sooner. Leaves none if directories are on the class path: the JVM archives
   * classes from jars alone.
   *
   * @throws BenchFailedException if the daemon does not become ready
   */
  public static void archiveClasses(
      String configuration, String password, String heap, Path classes)
      throws InterruptedException {
    if (hasDirectories(System.getProperty("java.class.path"))) {
      return;
    }
    try (DaemonProcess daemon =
        start(
            configuration,
            password,
            heap,
            List.of("-Xlog:cds*=error", "-XX:ArchiveClassesAtExit=" + classes),
            List.of("--until-ready"))) {
      if (!daemon.process.waitFor(ARCHIVE_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw daemon.failed("did not end when it was ready");
      }
      if (daemon.process.exitValue() != 0) {
        daemon.check();
      }
    }
  }

  private static boolean hasDirectories(String classPath) {
    return Stream.of(classPath.split(File.pathSeparator, -1))
        .anyMatch(entry -> Files.isDirectory(Path.of(entry)));
  }

  private static DaemonProcess start(
      String configuration,
      String password,
      String heap,
      List<String> moreJvmOptions,
      List<String> moreArguments) {
    URI address = URI.create("http://127.0.0.1:" + FreePort.next());
    try {
      Path directory = Files.createTempDirectory("freshet-bench-");
      Path config =
          Files.writeString(
              directory.resolve("freshet.yaml"),
              configuration + "http:\n  listen: " + address.getAuthority() + "\n");
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(JVM_OPTIONS);
      command.addAll(moreJvmOptions);
      command.add("-Xmx" + heap);
      command.add("-Xlog:gc:file=%s:timemillis:filecount=0".formatted(gcLog(directory)));
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.freshet.cli.Main"));
      command.addAll(List.of("run", "--config", config.toString()));
      command.addAll(moreArguments);
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output(directory).toFile());
      builder.environment().put("PASSWORD", password);
      // They could give it another heap or another collector.
      builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
      return new DaemonProcess(directory, builder.start(), address);
    } catch (IOException e) {
      throw new UncheckedIOException("the daemon cannot be started", e);
    }
  }

  private static Path output(Path directory) {
    return directory.resolve("output");
  }

  private static Path gcLog(Path directory) {
    return directory.resolve("gc.log");
  }

  /** Waits until it is ready for requests. */
  void awaitReady() throws InterruptedException {
    long end = System.nanoTime() + READY_NANOS_MAX;
    while (!isReady()) {
      check();
      if (System.nanoTime() > end) {
        throw failed("was not ready in time");
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private boolean isReady() throws InterruptedException {
    try {
      return get("/health/ready").statusCode() == 200;
    } catch (IOException e) {
      return false; // it does not listen yet
    }
  }

  /**
   * Says so if it has ended.
   *
   * @throws BenchFailedException with the end of its output
   */
  void check() {
    if (!process.isAlive()) {
      throw failed("ended with " + process.exitValue());
    }
  }

  private BenchFailedException failed(String what) {
    String tail;
    try {
      List<String> lines = Files.readAllLines(output(directory));
      tail =
          String.join(
              "\n", lines.subList(Math.max(0, lines.size() - OUTPUT_TAIL_LINES), lines.size()));
    } catch (IOException e) {
      tail = "(unreadable: " + e + ")";
    }
    return new BenchFailedException("the daemon " + what + ". Its output ends with:\n" + tail);
  }

  /** What it says of itself at {@code /metrics}. */
  ScrapedMetrics metrics() throws InterruptedException {
    return ScrapedMetrics.parse(answer("/metrics").body());
  }

  /** Where it says that a feature came from: {@code redis} or {@code postgres}. */
  String sourceOf(String view, String key) throws InterruptedException {
    return answer("/v1/views/%s/features/%s".formatted(view, key))
        .headers()
        .firstValue("X-Freshet-Source")
        .orElse("nowhere");
  }

  private HttpResponse<String> answer(String path) throws InterruptedException {
    try {
      HttpResponse<String> response = get(path);
      if (response.statusCode() != 200) {
        throw failed("answered %s with %d".formatted(path, response.statusCode()));
      }
      return response;
    } catch (IOException e) {
      throw failed("did not answer %s: %s".formatted(path, e));
    }
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(address.resolve(path)).timeout(HTTP_MAX).build(),
        BodyHandlers.ofString());
  }

  /** How long processors have worked for it. */
  Duration cpuTime() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  ProcessMemory memory() {
    return ProcessMemory.of(process.pid());
  }

  GcLog gcLog() {
    return GcLog.read(gcLog(directory));
  }

  /** The process. */
  public ProcessHandle handle() {
    return process.toHandle();
  }

  /** Ends it, as an operator does, and removes its files. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    registration.close();
    try {
      for (String file : List.of("freshet.yaml", "output", "gc.log")) {
        Files.deleteIfExists(directory.resolve(file));
      }
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("the daemon's directory cannot be removed", e);
    }
  }
}
