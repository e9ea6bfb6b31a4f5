package dev.freshet.daemon;

import dev.freshet.config.FreshetConfig;
import dev.freshet.config.PostgresConfig;
import dev.freshet.eviction.RingMode;
import dev.freshet.postgres.Migrator;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.TriggerSettings;
import dev.freshet.redis.RedisConnections;

/**
 * The two servers of a configuration. Opening does not connect.
 *
 * @param postgres the database
 * @param redis the cache
 */
public record Servers(PostgresDatabase postgres, RedisConnections redis) implements AutoCloseable {

  public static Servers of(FreshetConfig config) {
    return new Servers(postgres(config.postgres()), redis(config));
  }

  /** The database alone, for commands that need no cache. */
  public static PostgresDatabase postgres(PostgresConfig config) {
    return new PostgresDatabase(
        new PostgresDatabase.Settings(
            config.url(),
            config.user(),
            config.password() == null ? "" : config.password().reveal(),
            config.poolSize(),
            config.connectTimeout(),
            config.loadDeadline()));
  }

  private static RedisConnections redis(FreshetConfig config) {
    return new RedisConnections(config.redis().url().reveal(), config.postgres().connectTimeout());
  }

  /** How writers wake the daemon. */
  static RingMode mode(PostgresConfig config) {
    return switch (config.doorbell()) {
      case DOORBELL -> RingMode.DOORBELL;
      case NOTIFY -> RingMode.NOTIFY;
      case POLL -> RingMode.POLL;
    };
  }

  /** What brings a database to what a configuration asks for. */
  public static Migrator migrator(PostgresDatabase database, FreshetConfig config) {
    return new Migrator(
        database,
        config.views(),
        new TriggerSettings(mode(config.postgres()), config.postgres().changeLogBytesMax()),
        config.postgres().chosenDoorbell() != null);
  }

  /** The name of a configuration's chain in Postgres: one per Redis and namespace. */
  public static String chainName(FreshetConfig config, RedisConnections redis) {
    return config.redis().namespace() + " at " + redis.address();
  }

  @Override
  public void close() {
    redis.close();
    postgres.close();
  }
}
