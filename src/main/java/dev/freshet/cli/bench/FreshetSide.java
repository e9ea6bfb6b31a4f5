package dev.freshet.cli.bench;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.daemon.Servers;
import dev.freshet.eviction.LoopStatus.Phase;
import dev.freshet.loading.Feature;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import java.util.concurrent.TimeUnit;

/** Freshet as {@code freshet run} starts it, in this process, on a configuration of its own. */
final class FreshetSide implements Side {
  private static final String DATABASE = "freshet_side";
  private static final String VIEW = "image-features";
  private static final String KEY_PREFIX = "img:";
  private static final long READY_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);
  private static final int FILL_TRIES = 100;

  private static final String CONFIGURATION =
      """
      postgres:
        url: %s
        user: %s
        password: ${PASSWORD}
      redis:
        url: %s
      views:
        %s:
          key: "%s{image_id}"
          load: SELECT image_id, features FROM public.image_features WHERE image_id = ANY(:image_id::uuid[])
          watch:
            - table: public.image_features
      """;

  private final PostgresDatabase database;
  private final ImageTable table;
  private final Daemon daemon;

  private FreshetSide(PostgresDatabase database, ImageTable table, Daemon daemon) {
    this.database = database;
    this.table = table;
    this.daemon = daemon;
  }

  /** Makes the table, migrates, and starts the daemon; returns when that is ready. */
  static FreshetSide start(BenchServers servers) throws InterruptedException {
    FreshetConfig config =
        FreshetConfig.parse(
            CONFIGURATION.formatted(
                servers.jdbcUrl(DATABASE),
                servers.postgresUser(),
                servers.redisUrl(),
                VIEW,
                KEY_PREFIX),
            "the benchmark's configuration",
            name -> name.equals("PASSWORD") ? servers.postgresPassword() : null);
    PostgresDatabase database = servers.newDatabase(DATABASE);
    ImageTable table;
    try (Session session = Session.open(database)) {
      table = ImageTable.create(session);
    }
    Servers.migrator(database, config).migrate();
    FreshetSide side = new FreshetSide(database, table, new Daemon(config, Daemon.Options.DEFAULT));
    try {
      side.daemon.start();
      side.awaitReady();
      return side;
    } catch (RuntimeException | InterruptedException e) {
      side.close();
      throw e;
    }
  }

  private void awaitReady() throws InterruptedException {
    long end = System.nanoTime() + READY_NANOS_MAX;
    while (!daemon.status().isReady()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("the daemon was not ready in time: " + daemon.status());
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  @Override
  public String name() {
    return "freshet";
  }

  @Override
  public ImageTable table() {
    return table;
  }

  @Override
  public String cacheKey(String imageId) {
    return KEY_PREFIX + imageId;
  }

  /** Reads through the loader until a read is a hit: the second one, unless a fill is refused. */
  @Override
  public void fill(String imageId) {
    for (int i = 0; i < FILL_TRIES; i++) {
      if (daemon.loader().get(VIEW, imageId).source() == Feature.Source.REDIS) {
        return;
      }
    }
    throw new IllegalStateException(
        "the loader does not fill %s; the daemon is %s"
            .formatted(cacheKey(imageId), daemon.status()));
  }

  @Override
  public Session newWriter() {
    return Session.open(database);
  }

  @Override
  public void check() {
    if (daemon.status().phase() == Phase.STOPPED) {
      throw new IllegalStateException("the daemon has stopped");
    }
  }

  @Override
  public void close() {
    daemon.close();
  }
}
