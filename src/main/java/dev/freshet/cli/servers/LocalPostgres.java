package dev.freshet.cli.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Postgres of this JVM's own, on a free port of 127.0.0.1.
 *
 * <p>Its data and port stay the same from the first start to {@link #close()}, through stops and
 * kills. Durability is on unless a setting says otherwise.
 */
public final class LocalPostgres implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("freshet.servers");
  private static final String NAME = "Postgres";
  private static final String USER = "postgres";
  private static final String LOCALHOST = "127.0.0.1";
  private static final Duration INITDB_DEADLINE = Duration.ofMinutes(2);
  private static final Duration START_DEADLINE = Duration.ofSeconds(60);
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(30);
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);
  private static final int PORT_TRIES = 5;

  private final Path data;
  private final PostmasterFile postmaster;
  private final ServerProcesses processes;
  private final Programs.Postgres programs;
  private final Map<String, String> settings;
  private final String password;
  private final EndsWithJvm.Registration registration;
  private int port;
  private volatile @Nullable Process process;
  private boolean wasKilled;

  private LocalPostgres(
      ServerProcesses processes,
      Programs.Postgres programs,
      Map<String, String> settings,
      String password) {
    this.data = processes.directory().resolve("data");
    this.postmaster = new PostmasterFile(data);
    this.processes = processes;
    this.programs = programs;
    this.settings = settings;
    this.password = password;
    this.registration = EndsWithJvm.register(NAME, this::quit);
  }

  /**
   * Starts a new, empty server.
   *
   * @param settings lines of {@code postgresql.conf}, by name; they override the usual ones
   * @throws ServerFailedException if there are no programs, or the server does not start; says why
   */
  public static LocalPostgres start(Map<String, String> settings) {
    return start(settings, ProgramSource.allowed());
  }

  static LocalPostgres start(Map<String, String> settings, List<ProgramSource> sources) {
    ServerProcesses processes = new ServerProcesses(NAME, ServerDirectory.ownUid() == 0);
    LocalPostgres server = null;
    try {
      PlainUser user = PlainUser.find(processes);
      Programs.Postgres programs = new Programs(processes).postgres(sources, user);
      server = new LocalPostgres(processes, programs, Map.copyOf(settings), randomPassword());
      server.initialise(user);
      server.startOnAFreePort();
      LOG.debug("{} runs in {}", server, processes.directory());
      return server;
    } catch (RuntimeException e) {
      if (server != null) {
        server.close();
      }
      processes.close();
      throw e;
    }
  }

  private static String randomPassword() {
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /**
   * Creates a standby of this server, which must be stopped; both are to be started afterwards.
   *
   * @param viaPort the port of 127.0.0.1 through which the standby reaches this server
   */
  public synchronized LocalPostgres newStandby(int viaPort) {
    if (isRunning()) {
      throw new IllegalStateException(this + " runs: its files change while they are copied");
    }
    ServerProcesses own = new ServerProcesses(NAME, ServerDirectory.ownUid() == 0);
    LocalPostgres standby = new LocalPostgres(own, programs, settings, password);
    try {
      ServerDirectory.copy(data, standby.data);
      Path signal = standby.data.resolve("standby.signal");
      Files.createFile(signal);
      PlainUser.find(own).own(signal, programs.launcher());
      standby.port = FreePort.next();
      standby.configure(
          Map.of(
              "primary_conninfo",
              "host=%s port=%d user=%s password=%s".formatted(LOCALHOST, viaPort, USER, password)));
      return standby;
    } catch (IOException | RuntimeException e) {
      standby.close();
      throw new ServerFailedException("cannot make a standby of " + this, e);
    }
  }

  private void initialise(PlainUser user) {
    Path passwordFile = data.resolveSibling("password");
    try {
      Files.createDirectory(data);
      ServerDirectory.allow(data, "rwx------");
      user.own(data, programs.launcher());
      Files.createFile(passwordFile);
      ServerDirectory.allow(passwordFile, "rw-------");
      Files.writeString(passwordFile, password + "\n");
      user.own(passwordFile, programs.launcher());
      ServerProcesses.Finished initdb = initdb(passwordFile, "C.UTF-8");
      if (!initdb.isOk() && initdb.output().contains("invalid locale")) {
        initdb = initdb(passwordFile, "C");
      }
      if (!initdb.isOk()) {
        throw new ServerFailedException(
            "%s: %s failed: %s".formatted(NAME, programs.initdb(), initdb.complaint()));
      }
    } catch (IOException e) {
      throw new ServerFailedException("cannot create a Postgres in " + data, e);
    } finally {
      deletePassword(passwordFile);
    }
  }

  private ServerProcesses.Finished initdb(Path passwordFile, String locale) throws IOException {
    return processes.run(
        INITDB_DEADLINE,
        programs
            .launcher()
            .command(
                programs.initdb(),
                List.of(
                    "--pgdata=" + data,
                    "--username=" + USER,
                    "--pwfile=" + passwordFile,
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=" + locale,
                    "--no-sync")));
  }

  private static void deletePassword(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new ServerFailedException("cannot delete " + file, e);
    }
  }

  private void startOnAFreePort() {
    for (int i = 1; ; i++) {
      port = FreePort.next();
      try {
        configure(Map.of());
        start();
        return;
      } catch (ServerFailedException e) {
        if (i == PORT_TRIES || FreePort.isFree(port)) {
          throw e;
        }
        LOG.debug("port {} was taken by another process meanwhile", port);
      }
    }
  }

  private void configure(Map<String, String> further) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("listen_addresses", LOCALHOST);
    all.put("unix_socket_directories", "");
    all.put("max_connections", "100");
    all.put("log_line_prefix", "%m [%p] %d ");
    all.putAll(settings);
    all.putAll(further);
    all.put("port", Integer.toString(port));
    List<String> lines = new ArrayList<>();
    all.forEach(
        (name, value) ->
            lines.add("%s = '%s'".formatted(name, value.replace("\\", "\\\\").replace("'", "''"))));
    try {
      Files.write(data.resolve("postgresql.conf"), lines, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new ServerFailedException("cannot configure the Postgres in " + data, e);
    }
  }

  /**
   * Starts the server again, on the same port and data; waits until it takes connections.
   *
   * @throws ServerFailedException if it does not start; quotes its log
   */
  public synchronized void start() {
    if (isRunning()) {
      throw new IllegalStateException(this + " runs already");
    }
    Process started =
        processes.start(
            Detached.command(
                programs.launcher().command(programs.postgres(), List.of("-D", data.toString()))));
    process = started;
    processes.awaitReady(started, START_DEADLINE, () -> postmaster.isReady(started));
    wasKilled = false;
  }

  /** Stops the server cleanly: open sessions are ended, everything is written to disk. */
  public synchronized void stop() {
    Process running = running();
    end(running, "INT", STOP_DEADLINE);
    if (running.isAlive()) {
      kill();
      throw new ServerFailedException(
          "%s did not stop within %d s and was killed. Its log ends with:%n%s"
              .formatted(this, STOP_DEADLINE.toSeconds(), processes.logTail()));
    }
  }

  /** Kills the server and all its children at once, as a crash would. */
  public synchronized void kill() {
    Process running = running();
    processes.kill(running, postmaster.find(running).orElseGet(running::toHandle));
    wasKilled = true;
  }

  /** Asks the server to end when the last session has (SIGTERM); takes no new sessions. */
  public synchronized void terminate() {
    postmaster.find(running()).ifPresent(found -> processes.signal("TERM", List.of(found)));
  }

  /** The process that serves one session of this server; empty if it has ended. */
  public synchronized Optional<ProcessHandle> backend(long pid) {
    return running().toHandle().descendants().filter(child -> child.pid() == pid).findFirst();
  }

  /** The process that leads the server; empty if it does not run. */
  public synchronized Optional<ProcessHandle> handle() {
    Process started = process;
    return started == null || !started.isAlive() ? Optional.empty() : postmaster.find(started);
  }

  /** Stops time for the server: connections stay open, nothing is answered. */
  public synchronized void pause() {
    processes.pause(running());
  }

  /** Ends a pause. */
  public synchronized void resume() {
    processes.resume(running());
  }

  /** Ends the server, whatever state it is in, and deletes its directory. */
  @Override
  public synchronized void close() {
    if (wasKilled) {
      freeSharedMemory();
    }
    quit();
    registration.close(); // last: a JVM that ends meanwhile must not end before this has
    processes.close();
  }

  /** What a killed server held of the machine's shared memory is freed by its next start only. */
  private void freeSharedMemory() {
    try {
      start();
    } catch (ServerFailedException e) {
      LOG.debug("{} could not free the shared memory of its killed predecessor", this, e);
    }
  }

  /**
   * Ends the server at once, but without leaving shared memory behind. Takes no lock: the JVM may
   * be ending while another thread waits for a start.
   */
  private void quit() {
    Process started = process;
    if (started != null && started.isAlive()) {
      end(started, "QUIT", CLOSE_DEADLINE);
    }
  }

  private void end(Process running, String signal, Duration deadline) {
    processes.resume(running);
    postmaster
        .find(running)
        .ifPresent(
            found -> {
              processes.signal(signal, List.of(found));
              processes.hasEndedWithin(running, deadline);
            });
  }

  private Process running() {
    Process started = process;
    if (started == null || !started.isAlive()) {
      throw new IllegalStateException(this + " does not run");
    }
    return started;
  }

  /** Whether the server's process is there; also while it is paused. */
  public boolean isRunning() {
    Process started = process;
    return started != null && started.isAlive();
  }

  /** The address of one of the server's databases; {@code postgres} is there from the start. */
  public String jdbcUrl(String database) {
    return "jdbc:pgsql://%s:%d/%s".formatted(LOCALHOST, port, database);
  }

  public int port() {
    return port;
  }

  /** The name of the superuser. */
  public String user() {
    return USER;
  }

  /** The superuser's password, random for each server. */
  public String password() {
    return password;
  }

  /** The file that holds what the server said. */
  public Path log() {
    return processes.log();
  }

  /** The server's program. */
  public Path program() {
    return programs.postgres();
  }

  /** Postgres' own load generator for this server; empty if the machine has none. */
  public Optional<Pgbench> pgbench() {
    return Pgbench.find(this, processes);
  }

  @Override
  public String toString() {
    return "%s on port %d".formatted(NAME, port);
  }
}
