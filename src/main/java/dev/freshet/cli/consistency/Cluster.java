package dev.freshet.cli.consistency;

import dev.freshet.cli.servers.LocalPostgres;
import dev.freshet.cli.servers.LocalRedis;
import dev.freshet.config.FreshetConfig;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import dev.freshet.redis.RawRedis;
import dev.freshet.redis.RedisConnections;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;

/**
 * The servers of a run: a Postgres and a Redis, either of which may be another one after a
 * failover, and the network in front of them.
 */
final class Cluster implements AutoCloseable {
  private static final String DATABASE = "items";
  private static final String NEAR_CACHE = "loader: {near-cache: {max: 16MB, ttl: 10s}}\n";
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration REDIS_TIMEOUT = Duration.ofSeconds(2);

  /** No disk is waited for: servers are killed here, machines are not. */
  private static final Map<String, String> POSTGRES =
      Map.of("fsync", "off", "max_connections", "60", "wal_level", "replica");

  private static final Map<String, String> REDIS =
      Map.of("save", "3600 1", "repl-diskless-sync-delay", "0");

  private final Network network;
  private volatile LocalPostgres postgres;
  private volatile LocalRedis redis;

  private Cluster(LocalPostgres postgres, LocalRedis redis, int loaders) {
    this.postgres = postgres;
    this.redis = redis;
    this.network = Network.to(postgres.port(), redis.port(), loaders);
  }

  /**
   * Starts both servers and creates the table.
   *
   * @param loaders how many ways to Postgres loaders need
   */
  static Cluster start(int keyCount, int loaders) {
    LocalPostgres postgres = LocalPostgres.start(POSTGRES);
    try {
      Cluster cluster = new Cluster(postgres, newRedis(), loaders);
      try (Session first = Session.open(cluster.database("postgres"))) {
        first.run("CREATE DATABASE " + DATABASE);
      }
      try (Session session = Session.open(cluster.database())) {
        Items.create(session, keyCount);
      }
      return cluster;
    } catch (RuntimeException e) {
      postgres.close();
      throw e;
    }
  }

  /** Another Redis, with the same settings; the caller closes it or makes it the cluster's. */
  static LocalRedis newRedis() {
    return LocalRedis.start(REDIS);
  }

  LocalPostgres postgres() {
    return postgres;
  }

  LocalRedis redis() {
    return redis;
  }

  Network network() {
    return network;
  }

  /** Makes another server the primary, for all who connect from now on. */
  void promote(LocalPostgres other) {
    postgres = other;
    Network.move(network.toPostgres(), other.port());
  }

  /** Makes another server the cache, for all who connect from now on. */
  void promote(LocalRedis other) {
    redis = other;
    Network.move(network.toRedis(), other.port());
  }

  /** How to reach the database without the network in between. */
  PostgresDatabase.Settings database() {
    return database(DATABASE);
  }

  private PostgresDatabase.Settings database(String name) {
    LocalPostgres now = postgres;
    return settings(now, name);
  }

  /** How to reach the database on one of several servers. */
  static PostgresDatabase.Settings databaseOn(LocalPostgres server) {
    return settings(server, DATABASE);
  }

  private static PostgresDatabase.Settings settings(LocalPostgres server, String name) {
    return new PostgresDatabase.Settings(
        server.jdbcUrl(name),
        server.user(),
        server.password(),
        1,
        CONNECT_TIMEOUT,
        CONNECT_TIMEOUT);
  }

  /** The superuser's password, the same on all servers of this run. */
  String password() {
    return postgres.password();
  }

  /** A configuration without the section {@code http}, through the proxies given by their ports. */
  String configuration(int postgresPort, int redisPort, Variant variant) {
    return """
        postgres:
          url: jdbc:pgsql://127.0.0.1:%d/%s
          user: %s
          password: ${PASSWORD}
          doorbell: doorbell
          connect-timeout: 5s
        redis:
          url: redis://127.0.0.1:%d
        """
            .formatted(postgresPort, DATABASE, postgres.user(), redisPort)
        + (variant.hasNearCache() ? NEAR_CACHE : "")
        + Items.view(variant);
  }

  String daemonConfiguration(Variant variant) {
    return configuration(
        network.daemonToPostgres().port(), network.daemonToRedis().port(), variant);
  }

  FreshetConfig loaderConfiguration(int loader, Variant variant) {
    return parse(
        configuration(
            network.loadersToPostgres().get(loader).port(),
            network.loadersToRedis().port(),
            variant));
  }

  FreshetConfig parse(String yaml) {
    return FreshetConfig.parse(
        yaml, "the configuration", name -> name.equals("PASSWORD") ? password() : null);
  }

  /** Asks Redis on a connection for this one purpose, without the network in between. */
  <T> T askRedis(Function<RawRedis, T> questions) {
    try (RedisConnections connections = new RedisConnections(redis.url(), CONNECT_TIMEOUT);
        RawRedis raw = RawRedis.open(connections, REDIS_TIMEOUT)) {
      return questions.apply(raw);
    }
  }

  @Override
  public void close() {
    network.close();
    redis.close();
    postgres.close();
  }
}
