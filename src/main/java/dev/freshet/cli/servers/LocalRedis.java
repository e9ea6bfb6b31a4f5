package dev.freshet.cli.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Redis of this JVM's own, on a free port of 127.0.0.1.
 *
 * <p>It writes nothing to disk by itself unless a setting says so: what {@link #stop()} saves is
 * there after the next {@link #start()}, and after a {@link #kill()} what was saved last.
 */
public final class LocalRedis implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("freshet.servers");
  private static final String NAME = "Redis";
  private static final String RDB = "dump.rdb";
  private static final String PASSWORD = "requirepass";
  private static final Duration START_DEADLINE = Duration.ofSeconds(30);
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(30);
  private static final Duration ANSWER_DEADLINE = Duration.ofSeconds(2);
  private static final int PORT_TRIES = 5;

  private final Path data;
  private final ServerProcesses processes;
  private final Path program;
  private final Map<String, String> settings;
  private int port;
  private @Nullable Process process;

  private LocalRedis(ServerProcesses processes, Path program, Map<String, String> settings) {
    this.data = processes.directory().resolve("data");
    this.processes = processes;
    this.program = program;
    this.settings = settings;
  }

  /**
   * Starts a new, empty server.
   *
   * @param settings lines of {@code redis.conf}, by name, values written as there; they override
   *     the usual ones
   * @throws ServerFailedException if there is no program, or the server does not start; says why
   */
  public static LocalRedis start(Map<String, String> settings) {
    return start(settings, ProgramSource.allowed());
  }

  static LocalRedis start(Map<String, String> settings, List<ProgramSource> sources) {
    ServerProcesses processes = new ServerProcesses(NAME, false);
    try {
      Path program = new Programs(processes).redis(sources);
      LocalRedis server = new LocalRedis(processes, program, Map.copyOf(settings));
      server.startOnAFreePort();
      LOG.debug("{} runs in {}", server, processes.directory());
      return server;
    } catch (RuntimeException e) {
      processes.close();
      throw e;
    }
  }

  private void startOnAFreePort() {
    for (int i = 1; ; i++) {
      port = FreePort.next();
      try {
        startEmpty();
        return;
      } catch (ServerFailedException e) {
        if (i == PORT_TRIES || FreePort.isFree(port)) {
          throw e;
        }
        LOG.debug("port {} was taken by another process meanwhile", port);
      }
    }
  }

  private Path configuration() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("bind", "127.0.0.1");
    all.put("save", "");
    all.put("appendonly", "no");
    all.putAll(settings);
    all.put("dir", "\"" + data + "\"");
    all.put("dbfilename", RDB);
    all.put("daemonize", "no");
    all.put("port", Integer.toString(port));
    List<String> lines = new ArrayList<>();
    all.forEach((name, value) -> lines.add(name + " " + (value.isBlank() ? "\"\"" : value)));
    try {
      return Files.write(data.resolveSibling("redis.conf"), lines);
    } catch (IOException e) {
      throw new ServerFailedException("cannot configure the Redis in " + data, e);
    }
  }

  /**
   * Starts the server again, on the same port, with what it saved last.
   *
   * @throws ServerFailedException if it does not start; quotes its log
   */
  public synchronized void start() {
    if (isRunning()) {
      throw new IllegalStateException(this + " runs already");
    }
    Process started =
        processes.start(Detached.command(List.of(program.toString(), configuration().toString())));
    process = started;
    processes.awaitReady(started, START_DEADLINE, this::answers);
  }

  /** Starts the server again, on the same port, with nothing in it. */
  public synchronized void startEmpty() {
    if (isRunning()) {
      throw new IllegalStateException(this + " runs already");
    }
    try {
      ServerDirectory.delete(data);
      Files.createDirectory(data);
    } catch (IOException e) {
      throw new ServerFailedException("cannot empty " + data, e);
    }
    start();
  }

  private boolean answers() {
    try {
      String reply = RedisLine.ask(port, password(), "PING", ANSWER_DEADLINE);
      return reply.equals("+PONG");
    } catch (IOException e) {
      return false; // not yet; the deadline is the caller's
    }
  }

  /** Saves what the server holds to {@link #rdb()}, and stops it. */
  public synchronized void stop() {
    shutdown("SHUTDOWN SAVE");
  }

  /** Stops the server; {@link #rdb()} stays as it was. */
  public synchronized void stopWithoutSaving() {
    shutdown("SHUTDOWN NOSAVE");
  }

  private void shutdown(String command) {
    Process running = running();
    try {
      String reply = RedisLine.ask(port, password(), command, STOP_DEADLINE);
      if (reply.isEmpty() && processes.hasEndedWithin(running, STOP_DEADLINE)) {
        return;
      }
      throw new ServerFailedException(
          "%s did not obey %s: %s. Its log ends with:%n%s"
              .formatted(this, command, reply, processes.logTail()));
    } catch (IOException e) {
      throw new ServerFailedException("%s does not take %s".formatted(this, command), e);
    }
  }

  /** Kills the server at once, and a background save with it. */
  public synchronized void kill() {
    processes.kill(running());
  }

  /** Stops time for the server: connections stay open, nothing is answered. */
  public synchronized void pause() {
    processes.pause(running());
  }

  /** Ends a pause. */
  public synchronized void resume() {
    processes.resume(running());
  }

  /** Asks the server to end (SIGTERM), which saves if there is a setting {@code save}. */
  public synchronized void terminate() {
    Process running = running();
    Signals.send(NAME, "TERM", List.of(running.toHandle()));
    if (!processes.hasEndedWithin(running, STOP_DEADLINE)) {
      throw new ServerFailedException(
          "%s did not obey SIGTERM. Its log ends with:%n%s".formatted(this, processes.logTail()));
    }
  }

  /**
   * Sends one command, written as in {@code redis-cli}, on a connection of its own.
   *
   * @return the first line of the reply with its first character ({@code +}, {@code -}, {@code :}),
   *     or the text of a bulk string
   * @throws ServerFailedException if it does not answer
   */
  public String ask(String command) {
    try {
      return RedisLine.ask(port, password(), command, STOP_DEADLINE);
    } catch (IOException e) {
      throw new ServerFailedException("%s does not answer %s".formatted(this, command), e);
    }
  }

  /** The server's process; empty if it does not run. */
  public synchronized Optional<ProcessHandle> handle() {
    return Optional.ofNullable(process).filter(Process::isAlive).map(Process::toHandle);
  }

  /** Ends the server, whatever state it is in, and deletes its directory. */
  @Override
  public synchronized void close() {
    processes.close();
  }

  private Process running() {
    Process started = process;
    if (started == null || !started.isAlive()) {
      throw new IllegalStateException(this + " does not run");
    }
    return started;
  }

  /** Whether the server's process is there; also while it is paused. */
  public synchronized boolean isRunning() {
    return process != null && process.isAlive();
  }

  /** The server's address, without a database's number. */
  public String url() {
    return password().map("redis://:%s@127.0.0.1:"::formatted).orElse("redis://127.0.0.1:") + port;
  }

  public int port() {
    return port;
  }

  private Optional<String> password() {
    return Optional.ofNullable(settings.get(PASSWORD));
  }

  /** The file that the server saves to and starts from. To be replaced only while it is stopped. */
  public Path rdb() {
    return data.resolve(RDB);
  }

  /** The file that holds what the server said. */
  public Path log() {
    return processes.log();
  }

  /** The server's program. */
  public Path program() {
    return program;
  }

  @Override
  public String toString() {
    return "%s on port %d".formatted(NAME, port);
  }
}
