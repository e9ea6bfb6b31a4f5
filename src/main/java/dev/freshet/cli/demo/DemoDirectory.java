package dev.freshet.cli.demo;

import dev.freshet.cli.servers.EndsWithJvm;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The demo's own directory, which only its user can read: the configuration, and the log.
 *
 * <p>While it is there, what the process says on stderr, which is where Freshet logs, goes to the
 * log and does not disturb the story. Closing it, or the end of the JVM, removes it.
 */
final class DemoDirectory implements AutoCloseable {
  private static final int LOG_TAIL_LINES = 15;

  private final PrintStream stderr = System.err;
  private final EndsWithJvm.Registration registration;
  private Path directory = Path.of("");
  private @Nullable PrintStream log;

  private DemoDirectory() {
    registration = EndsWithJvm.register("the demo's directory", this::end);
  }

  static DemoDirectory create() {
    DemoDirectory created = new DemoDirectory();
    try {
      created.open();
      return created;
    } catch (IOException e) {
      created.close();
      throw new UncheckedIOException("the demo's directory cannot be created", e);
    }
  }

  private synchronized void open() throws IOException {
    directory = Files.createTempDirectory("freshet-demo-");
    PrintStream opened =
        new PrintStream(Files.newOutputStream(log()), true, StandardCharsets.UTF_8);
    log = opened;
    System.setErr(opened);
  }

  /** The file with what Freshet logged. */
  Path log() {
    return directory.resolve("freshet.log");
  }

  /** The file with the configuration. */
  Path config() {
    return directory.resolve("freshet.yaml");
  }

  /** Writes the configuration. */
  void writeConfig(String yaml) {
    try {
      Files.writeString(config(), yaml);
    } catch (IOException e) {
      throw new UncheckedIOException("the demo's configuration cannot be written", e);
    }
  }

  /** The last lines of the log. */
  List<String> logTail() {
    try {
      List<String> lines = Files.readAllLines(log());
      return lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size());
    } catch (IOException e) {
      return List.of("(unreadable: " + e + ")");
    }
  }

  @Override
  public void close() {
    end();
    registration.close(); // last: a JVM that ends meanwhile must not end before this has
  }

  private synchronized void end() {
    if (log == null) {
      return;
    }
    System.setErr(stderr);
    log.close();
    log = null;
    try {
      Files.deleteIfExists(config());
      Files.deleteIfExists(log());
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("the demo's directory cannot be removed", e);
    }
  }
}
