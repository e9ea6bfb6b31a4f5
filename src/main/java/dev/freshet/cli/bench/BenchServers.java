package dev.freshet.cli.bench;

import dev.freshet.cli.servers.LocalPostgres;
import dev.freshet.cli.servers.LocalRedis;
import dev.freshet.cli.servers.Pgbench;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import dev.freshet.redis.RedisConnections;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A Postgres and a Redis for one run, with their usual settings, and the ways to them. */
final class BenchServers implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(30);

  private final LocalPostgres postgres;
  private final LocalRedis redis;
  private final RedisConnections redisConnections;
  private final List<PostgresDatabase> databases = new ArrayList<>();

  private BenchServers(LocalPostgres postgres, LocalRedis redis) {
    this.postgres = postgres;
    this.redis = redis;
    this.redisConnections = new RedisConnections(redis.url(), CONNECT_TIMEOUT);
  }

  /**
   * Starts both.
   *
   * @throws dev.freshet.cli.servers.ServerFailedException if one does not start
   */
  static BenchServers start() {
    return start(Map.of());
  }

  /**
   * Starts both.
   *
   * @param postgresSettings lines of {@code postgresql.conf}, by name; the others stay as usual
   * @throws dev.freshet.cli.servers.ServerFailedException if one does not start
   */
  static BenchServers start(Map<String, String> postgresSettings) {
    LocalPostgres postgres = LocalPostgres.start(postgresSettings);
    try {
      return new BenchServers(postgres, LocalRedis.start(Map.of()));
    } catch (RuntimeException e) {
      postgres.close();
      throw e;
    }
  }

  /** Creates a database. */
  PostgresDatabase newDatabase(String name) {
    return newDatabase(name, "template1");
  }

  /** Creates a database as a copy of another one, on which no session may be open. */
  PostgresDatabase newDatabase(String name, String template) {
    PostgresDatabase database = createDatabase(name, template);
    databases.add(database);
    return database;
  }

  /** As {@link #newDatabase}, but the caller closes it. */
  PostgresDatabase createDatabase(String name, String template) {
    try (PostgresDatabase first = database("postgres");
        Session session = Session.openUnhurried(first)) {
      session.run("CREATE DATABASE %s TEMPLATE %s".formatted(name, template));
    }
    return database(name);
  }

  /** Drops a database on which no session is open. */
  void dropDatabase(String name) {
    try (PostgresDatabase first = database("postgres");
        Session session = Session.openUnhurried(first)) {
      session.run("DROP DATABASE " + name);
    }
  }

  /** A database that is there; the caller closes it. */
  PostgresDatabase database(String name) {
    return new PostgresDatabase(
        new PostgresDatabase.Settings(
            jdbcUrl(name),
            postgresUser(),
            postgresPassword(),
            1,
            CONNECT_TIMEOUT,
            STATEMENT_TIMEOUT));
  }

  String jdbcUrl(String database) {
    return postgres.jdbcUrl(database);
  }

  String postgresUser() {
    return postgres.user();
  }

  String postgresPassword() {
    return postgres.password();
  }

  /** Postgres' own load generator for this server; empty if the machine has none. */
  Optional<Pgbench> pgbench() {
    return postgres.pgbench();
  }

  /** The kind of file system that holds Postgres' data, as {@code ext4}. */
  String fileSystem() {
    try {
      return Files.getFileStore(postgres.log()).type();
    } catch (IOException e) {
      throw new UncheckedIOException("the file system of " + postgres.log() + " is not known", e);
    }
  }

  String redisUrl() {
    return redis.url();
  }

  /** Connections that share no thread with those of Freshet. */
  RedisConnections redis() {
    return redisConnections;
  }

  @Override
  public void close() {
    databases.forEach(PostgresDatabase::close);
    redisConnections.close();
    redis.close();
    postgres.close();
  }
}
