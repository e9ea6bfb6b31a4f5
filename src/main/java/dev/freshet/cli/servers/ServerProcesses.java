package dev.freshet.cli.servers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * The processes of one server and its directory: they are started there, logged to a file there,
 * and signalled together with everything that descends from them.
 *
 * <p>A server's children lead process groups of their own (each of Postgres' backends does), so
 * groups do not tell whose a process is; descent does. Before anything is killed its whole tree is
 * stopped, because a running parent could fork between the look and the kill.
 */
final class ServerProcesses implements AutoCloseable {
  private static final Duration END_DEADLINE = Duration.ofSeconds(10);
  private static final long POLL_MS = 10;
  private static final int LOG_TAIL_LINES = 20;
  private static final int LOG_TAIL_BYTES = 8 << 10;

  private final String server;
  private final Path directory;
  private final Path log;
  private final EndsWithJvm.Registration registration;
  private final Set<Process> started = ConcurrentHashMap.newKeySet();
  private boolean isEnded;

  /** How a short program ended. */
  record Finished(int exitCode, String output) {
    boolean isOk() {
      return exitCode == 0;
    }

    /** What the program said, in one line; for messages. */
    String complaint() {
      String text = output.strip().replaceAll("\\s*\\R\\s*", "; ");
      return text.isEmpty() ? "exit code " + exitCode : text;
    }
  }

  /**
   * @param server its name in messages, as {@code Postgres}
   * @param isForOthers whether another user runs it
   */
  ServerProcesses(String server, boolean isForOthers) {
    this.server = server;
    this.directory = ServerDirectory.create(server.toLowerCase(Locale.ROOT), isForOthers);
    this.log = directory.resolve("server.log");
    this.registration = EndsWithJvm.register(server, this::end);
  }

  /** The server's own directory. */
  Path directory() {
    return directory;
  }

  /** The file that holds what the server said. */
  Path log() {
    return log;
  }

  /**
   * Runs a program to its end.
   *
   * @throws IOException if it cannot be started
   * @throws ServerFailedException if it does not end in time
   */
  Finished run(Duration deadline, List<String> command) throws IOException {
    return run(deadline, command, Map.of());
  }

  /**
   * Runs a program to its end.
   *
   * @param environment is added to the JVM's own
   * @throws IOException if it cannot be started
   * @throws ServerFailedException if it does not end in time
   */
  Finished run(Duration deadline, List<String> command, Map<String, String> environment)
      throws IOException {
    Path output = Files.createTempFile(directory, "output-", ".txt");
    try {
      Process process = begin(command, ProcessBuilder.Redirect.to(output.toFile()), environment);
      if (!hasEndedWithin(process, deadline)) {
        kill(process);
        throw new ServerFailedException(
            "%s: %s did not end within %d s"
                .formatted(server, command.get(0), deadline.toSeconds()));
      }
      return new Finished(process.exitValue(), Files.readString(output));
    } finally {
      Files.deleteIfExists(output);
    }
  }

  /** Starts the server's own process; what it says is appended to the log. */
  Process start(List<String> command) {
    try {
      return begin(command, ProcessBuilder.Redirect.appendTo(log.toFile()), Map.of());
    } catch (IOException e) {
      throw new ServerFailedException("%s: cannot run %s".formatted(server, command.get(0)), e);
    }
  }

  private synchronized Process begin(
      List<String> command, ProcessBuilder.Redirect output, Map<String, String> environment)
      throws IOException {
    if (isEnded) {
      throw new ServerFailedException(server + " is closed");
    }
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(directory.toFile()).redirectErrorStream(true).redirectOutput(output);
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("LC_ALL", "C");
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    started.removeIf(earlier -> !earlier.isAlive());
    started.add(process);
    return process;
  }

  /**
   * Waits until a started server is ready.
   *
   * @throws ServerFailedException if it ends before, or is not ready in time; quotes its log
   */
  void awaitReady(Process process, Duration deadline, BooleanSupplier isReady) {
    long end = System.nanoTime() + deadline.toNanos();
    while (!isReady.getAsBoolean()) {
      if (hasEndedWithin(process, Duration.ofMillis(POLL_MS))) {
        throw new ServerFailedException(
            "%s ended with exit code %d while it started. Its log ends with:%n%s"
                .formatted(server, process.exitValue(), logTail()));
      }
      if (System.nanoTime() > end) {
        kill(process);
        throw new ServerFailedException(
            "%s was not ready within %d s and was killed. Its log ends with:%n%s"
                .formatted(server, deadline.toSeconds(), logTail()));
      }
    }
  }

  /** Whether a process ends before the deadline. */
  boolean hasEndedWithin(Process process, Duration deadline) {
    try {
      return process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerFailedException("interrupted while waiting for " + server, e);
    }
  }

  /** Stops (SIGSTOP) a process and all its descendants. */
  void pause(Process process) {
    frozen(process.toHandle());
  }

  /** Continues (SIGCONT) a process and all its descendants. */
  void resume(Process process) {
    ProcessHandle root = process.toHandle();
    signal("CONT", Stream.concat(root.descendants(), Stream.of(root)).toList());
  }

  /** Kills a process and all its descendants, and waits until they are gone. */
  void kill(Process process) {
    kill(process, process.toHandle());
  }

  /**
   * Kills a server and all its descendants, and waits until they are gone.
   *
   * @param process what was started
   * @param server that, or the descendant that it launched; the launcher is left to ask for the
   *     server's exit code, because until somebody does a restart meets the old server's pid
   */
  void kill(Process process, ProcessHandle server) {
    List<ProcessHandle> tree = frozen(server);
    tree.forEach(ProcessHandle::destroyForcibly);
    if (server.pid() != process.pid()) {
      resume(process);
      if (!hasEndedWithin(process, END_DEADLINE)) {
        process.destroyForcibly();
      }
    }
    long end = System.nanoTime() + END_DEADLINE.toNanos();
    while (process.isAlive() || tree.stream().anyMatch(Signals::canAct)) {
      if (System.nanoTime() > end) {
        throw new ServerFailedException(
            "%s: a process of %d survived its kill".formatted(this.server, process.pid()));
      }
      hasEndedWithin(process, Duration.ofMillis(POLL_MS));
    }
  }

  /** Kills whatever still runs, and deletes the directory; nothing can be started afterwards. */
  @Override
  public void close() {
    end();
    registration.close(); // last: a JVM that ends meanwhile must not end before this has
  }

  private void end() {
    synchronized (this) {
      isEnded = true;
    }
    started.stream().filter(Process::isAlive).forEach(this::kill);
    ServerDirectory.delete(directory);
  }

  private List<ProcessHandle> frozen(ProcessHandle root) {
    Set<ProcessHandle> tree = new LinkedHashSet<>();
    List<ProcessHandle> found = List.of(root);
    while (!found.isEmpty()) {
      signal("STOP", found);
      tree.addAll(found);
      found = root.descendants().filter(child -> !tree.contains(child)).toList();
    }
    return new ArrayList<>(tree);
  }

  /** Sends a signal, by its name without SIG, to those of the processes that still run. */
  void signal(String signal, Collection<ProcessHandle> targets) {
    Signals.send(server, signal, targets);
  }

  /** The last lines of the log. */
  String logTail() {
    try {
      if (Files.notExists(log)) {
        return "(nothing)";
      }
      byte[] bytes = Files.readAllBytes(log);
      int from = Math.max(0, bytes.length - LOG_TAIL_BYTES);
      List<String> lines =
          new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8).lines().toList();
      return String.join(
          "\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
    } catch (IOException e) {
      return "(unreadable: " + e + ")";
    }
  }
}
