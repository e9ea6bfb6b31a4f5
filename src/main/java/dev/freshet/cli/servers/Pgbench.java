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

/** Postgres' own load generator, on one local server. */
public final class Pgbench {
  private static final Duration VERSION_DEADLINE = Duration.ofSeconds(20);
  private static final Duration BEYOND_ITS_TIME_MAX = Duration.ofSeconds(60);
  private static final int THREADS_MAX = 2;

  private final LocalPostgres server;
  private final ServerProcesses processes;
  private final Path program;
  private final String version;

  /**
   * What to run.
   *
   * @param database of the server
   * @param script one transaction, in pgbench's language
   * @param clients how many sessions run it, each again and again
   * @param seconds for how long
   * @param seed of its random numbers
   * @param settings of the sessions, by name; values without spaces
   */
  public record Order(
      String database,
      String script,
      int clients,
      int seconds,
      int seed,
      Map<String, String> settings) {}

  /**
   * How it ended.
   *
   * @param exitCode 0 if every client ran to its end
   * @param output all that it printed, errors included
   */
  public record Outcome(int exitCode, String output) {}

  private Pgbench(LocalPostgres server, ServerProcesses processes, Path program, String version) {
    this.server = server;
    this.processes = processes;
    this.program = program;
    this.version = version;
  }

  /** The one that stands beside the server's program, or else the first that is installed. */
  static Optional<Pgbench> find(LocalPostgres server, ServerProcesses processes) {
    List<Path> bins = new ArrayList<>();
    Optional.ofNullable(server.program().getParent()).ifPresent(bins::add);
    bins.addAll(Installed.postgresBins());
    return bins.stream()
        .map(bin -> bin.resolve("pgbench"))
        .filter(Files::isExecutable)
        .flatMap(
            program ->
                version(processes, program).stream()
                    .map(version -> new Pgbench(server, processes, program, version)))
        .findFirst();
  }

  private static Optional<String> version(ServerProcesses processes, Path program) {
    try {
      ServerProcesses.Finished said =
          processes.run(VERSION_DEADLINE, List.of(program.toString(), "--version"));
      return said.isOk() ? Optional.of(said.output().strip()) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // not to be run by this user
    }
  }

  /** What it says of itself, as {@code pgbench (PostgreSQL) 17.2}. */
  public String version() {
    return version;
  }

  /**
   * Runs a script with prepared statements, on at most {@value #THREADS_MAX} threads.
   *
   * @throws ServerFailedException if it cannot be run, or does not end in time
   */
  public Outcome run(Order order) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("PGPASSWORD", server.password());
    StringBuilder options = new StringBuilder();
    order.settings().forEach((name, value) -> options.append(" -c ").append(name + "=" + value));
    environment.put("PGOPTIONS", options.toString().strip());
    try {
      Path script = Files.createTempFile(processes.directory(), "pgbench-", ".sql");
      try {
        Files.writeString(script, order.script());
        ServerProcesses.Finished finished =
            processes.run(
                BEYOND_ITS_TIME_MAX.plusSeconds(order.seconds()),
                Detached.command(command(order, script)),
                environment);
        return new Outcome(finished.exitCode(), finished.output());
      } finally {
        Files.deleteIfExists(script);
      }
    } catch (IOException e) {
      throw new ServerFailedException("cannot run " + program, e);
    }
  }

  private List<String> command(Order order, Path script) {
    return List.of(
        program.toString(),
        "--host=127.0.0.1",
        "--port=" + server.port(),
        "--username=" + server.user(),
        "--no-vacuum",
        "--protocol=prepared",
        "--client=" + order.clients(),
        "--jobs=" + Math.min(THREADS_MAX, order.clients()),
        "--time=" + order.seconds(),
        "--random-seed=" + Integer.toUnsignedString(order.seed()),
        "--file=" + script,
        order.database());
  }
}
