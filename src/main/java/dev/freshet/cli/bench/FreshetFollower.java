package dev.freshet.cli.bench;

import dev.freshet.change.Link;
import dev.freshet.daemon.Servers;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.PostgresDoorbell;
import dev.freshet.postgres.Session;
import dev.freshet.redis.RawRedis;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Freshet's triggers and change log, and a daemon in a process of its own or somebody who only
 * sleeps.
 */
final class FreshetFollower implements Follower {
  private static final String CONFIGURATION =
      """
      postgres:
        url: %s
        user: %s
        password: ${PASSWORD}
        doorbell: %s
      redis:
        url: %s
        namespace: %s
      views:
        image-features:
          key: "%s:{image_id}"
          load: SELECT image_id, features FROM public.image_features WHERE image_id = ANY(:image_id::bigint[])
          watch:
            - table: public.image_features
      """;

  /** Makes the watch one whose rows call the trigger function, each of them. */
  static final String ALWAYS = "        always: true\n";

  /**
   * Has the watch compare both images of a row, by the columns that the benchmark's updates change.
   */
  static final String COLUMNS = "        columns: [revision, updated_at]\n";

  private static final String HEAP = "128m";
  private static final Duration REDIS_TIMEOUT = Duration.ofSeconds(10);

  private static final String LOGGED =
      "SELECT count(*)::text FROM freshet.change_log WHERE xid >= ?::text::xid8";
  private static final String LAST =
      "SELECT xid::text FROM freshet.change_log ORDER BY xid DESC LIMIT 1";

  private final WriterSide side;
  private final Session session;
  private final @Nullable Running daemon;
  private final @Nullable CountedNotifications rings;
  private String firstXid = "0";
  private long ringsBefore;

  /** A daemon, and the chain that it writes. */
  private record Running(DaemonProcess process, RawRedis redis, String chain) {
    boolean hasApplied(long xid) {
      process.check();
      return redis
          .field(chain, "link")
          .map(Link::parse)
          .filter(link -> link.position().sees(xid))
          .isPresent();
    }

    void close() {
      process.close();
      redis.close();
    }
  }

  private FreshetFollower(
      WriterSide side,
      Session session,
      @Nullable Running daemon,
      @Nullable CountedNotifications rings) {
    this.side = side;
    this.session = session;
    this.daemon = daemon;
    this.rings = rings;
  }

  /** Migrates a database, as {@code freshet migrate} does. */
  static void migrate(
      BenchServers servers, PostgresDatabase database, String name, String doorbell) {
    migrate(servers, database, name, doorbell, "");
  }

  /**
   * Migrates a database to another kind of watch.
   *
   * @param kind {@link #ALWAYS} or {@link #COLUMNS}
   */
  static void migrate(
      BenchServers servers, PostgresDatabase database, String name, String doorbell, String kind) {
    migrate(yaml(CONFIGURATION + kind, servers, name, doorbell), servers, database);
  }

  private static void migrate(String yaml, BenchServers servers, PostgresDatabase database) {
    Servers.migrator(database, BenchDaemon.configuration(servers, yaml)).migrate();
  }

  private static String yaml(
      String configuration, BenchServers servers, String name, String doorbell) {
    return configuration.formatted(
        servers.jdbcUrl(name), servers.postgresUser(), doorbell, servers.redisUrl(), name, name);
  }

  /**
   * Migrates a database and begins to follow.
   *
   * @param name of the database
   * @param session looks into the change log; is not closed
   */
  static FreshetFollower start(
      BenchServers servers,
      WriterSide side,
      PostgresDatabase database,
      String name,
      Session session)
      throws InterruptedException {
    String yaml =
        yaml(CONFIGURATION, servers, name, side == WriterSide.LOG_NOTIFY ? "notify" : "doorbell");
    migrate(yaml, servers, database);
    return switch (side) {
      case FRESHET_ASLEEP ->
          new FreshetFollower(side, session, null, CountedNotifications.asleep(database));
      case FRESHET_AWAKE ->
          new FreshetFollower(
              side,
              session,
              start(servers, yaml, name),
              CountedNotifications.on(database, PostgresDoorbell.CHANNEL));
      default -> new FreshetFollower(side, session, start(servers, yaml, name), null);
    };
  }

  private static Running start(BenchServers servers, String yaml, String name)
      throws InterruptedException {
    DaemonProcess process = DaemonProcess.start(yaml, servers.postgresPassword(), HEAP);
    try {
      process.awaitReady();
      RawRedis redis = RawRedis.open(servers.redis(), REDIS_TIMEOUT);
      return new Running(process, redis, "{%s}:chain".formatted(name));
    } catch (RuntimeException | InterruptedException e) {
      process.close();
      throw e;
    }
  }

  @Override
  public void startCounting() {
    session.run("VACUUM ANALYZE freshet.change_log"); // as autovacuum would
    firstXid = session.ask("SELECT pg_snapshot_xmax(pg_current_snapshot())::text").orElseThrow();
    CountedNotifications counted = rings;
    if (counted != null) {
      ringsBefore = counted.heard();
    }
  }

  @Override
  public OptionalLong awaitAll(long transactions) throws InterruptedException {
    long logged = Long.parseLong(session.ask(LOGGED, firstXid).orElseThrow());
    if (logged != transactions) {
      throw new BenchFailedException(
          "%s: the change log got %d rows from %d transactions"
              .formatted(side, logged, transactions));
    }
    awaitDaemon();
    CountedNotifications counted = rings;
    if (counted == null) {
      return OptionalLong.empty();
    }
    long rung = counted.heard() - ringsBefore;
    if (side == WriterSide.FRESHET_ASLEEP && rung != transactions) {
      throw new BenchFailedException(
          "%s: writers rang %d times in %d transactions, although nobody was awake"
              .formatted(side, rung, transactions));
    }
    return OptionalLong.of(rung);
  }

  private void awaitDaemon() throws InterruptedException {
    Running running = daemon;
    if (running != null) {
      long last = Long.parseLong(session.ask(LAST).orElse("0"));
      Await.until(() -> running.hasApplied(last), () -> side + ": the daemon does not catch up");
    }
  }

  @Override
  public void close() {
    if (daemon != null) {
      daemon.close();
    }
    if (rings != null) {
      rings.close();
    }
  }
}
