package dev.freshet.cli.bench;

import dev.freshet.cli.servers.LocalPostgres;
import dev.freshet.cli.servers.LocalRedis;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import dev.freshet.redis.RedisConnections;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
    LocalPostgres postgres = LocalPostgres.start(Map.of());
    try {
      return new BenchServers(postgres, LocalRedis.start(Map.of()));
    } catch (RuntimeException e) {
      postgres.close();
      throw e;
    }
  }

  /** Creates a database. */
  PostgresDatabase newDatabase(String name) {
    try (PostgresDatabase first = database("postgres");
        Session session = Session.open(first)) {
      session.run("CREATE DATABASE " + name);
    }
    PostgresDatabase database = database(name);
    databases.add(database);
    return database;
  }

  private PostgresDatabase database(String name) {
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
