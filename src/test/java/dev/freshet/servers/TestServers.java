package dev.freshet.servers;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;

/**
 * The servers of the tests.
 *
 * <p>They run in containers where Docker answers, else as local processes. {@code
 * FRESHET_TEST_SERVERS=docker|local}, a system property or an environment variable, decides
 * instead.
 */
public final class TestServers {
  private static final String SETTING = "FRESHET_TEST_SERVERS";
  private static final int REDIS_DATABASES = 4_096;
  private static final AtomicInteger REDIS_DATABASE = new AtomicInteger();

  private static @Nullable Boolean isDocker;
  private static @Nullable PostgresServer postgres;
  private static @Nullable RedisServer redis;

  private TestServers() {}

  /**
   * The Postgres of all tests that leave it whole. It does not wait for the disk, and does not
   * compile queries, which takes longer than to run them over the few rows of a test. Autovacuum
   * would go through the databases of all tests once a minute, and take transaction ids and disk
   * pages while one of them counts such; servers of a test's own have it.
   */
  public static synchronized PostgresServer postgres() {
    PostgresServer server = postgres;
    if (server == null) {
      server = ownPostgres(Map.of("fsync", "off", "jit", "off", "autovacuum", "off"));
      postgres = server;
    }
    return server;
  }

  /** The Redis of all tests that leave it whole. */
  public static synchronized RedisServer redis() {
    RedisServer server = redis;
    if (server == null) {
      server = ownRedis(Map.of("databases", Integer.toString(REDIS_DATABASES)));
      redis = server;
    }
    return server;
  }

  /** A new, empty database on the common Postgres. */
  public static TestDatabase database() {
    return postgres().createDatabase();
  }

  /**
   * The address of a logical database on the common Redis that no other test has.
   *
   * <p>Channels are shared by all logical databases: a test that subscribes needs names of its own.
   */
  public static String redisUrl() {
    int database = REDIS_DATABASE.incrementAndGet();
    if (database >= REDIS_DATABASES) {
      throw new IllegalStateException(
          "the tests asked for more than %d Redis databases".formatted(REDIS_DATABASES));
    }
    return redis().url(database);
  }

  /**
   * A Postgres for one test, which closes it. What was committed is on its disk.
   *
   * @param settings lines of {@code postgresql.conf}, by name
   */
  public static PostgresServer ownPostgres(Map<String, String> settings) {
    return isDocker() ? new ContainerPostgres(settings) : new LocalPostgresServer(settings);
  }

  /** A Postgres for one test, with the usual settings. */
  public static PostgresServer ownPostgres() {
    return ownPostgres(Map.of());
  }

  /**
   * A Redis for one test, which closes it.
   *
   * @param settings lines of {@code redis.conf}, by name
   */
  public static RedisServer ownRedis(Map<String, String> settings) {
    return isDocker() ? new ContainerRedis(settings) : new LocalRedisServer(settings);
  }

  /** A Redis for one test, with the usual settings. */
  public static RedisServer ownRedis() {
    return ownRedis(Map.of());
  }

  /** Whether the servers run in containers. */
  public static synchronized boolean isDocker() {
    Boolean known = isDocker;
    if (known == null) {
      known = askForDocker();
      isDocker = known;
    }
    return known;
  }

  private static boolean askForDocker() {
    String setting = System.getProperty(SETTING, System.getenv(SETTING));
    return switch (setting == null ? "" : setting.strip().toLowerCase(Locale.ROOT)) {
      case "docker" -> true;
      case "local" -> false;
      case "" -> DockerClientFactory.instance().isDockerAvailable();
      default ->
          throw new IllegalStateException(
              "%s is `%s`; it can be docker or local".formatted(SETTING, setting));
    };
  }
}
