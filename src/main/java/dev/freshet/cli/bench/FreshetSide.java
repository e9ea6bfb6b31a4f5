package dev.freshet.cli.bench;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Servers;
import dev.freshet.loading.Feature;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;

/** Freshet as {@code freshet run} starts it, in this process, on a configuration of its own. */
final class FreshetSide implements Side {
  private static final String DATABASE = "freshet_side";
  private static final String VIEW = "image-features";
  private static final String KEY_PREFIX = "img:";
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
  private final BenchDaemon daemon;

  private FreshetSide(PostgresDatabase database, ImageTable table, BenchDaemon daemon) {
    this.database = database;
    this.table = table;
    this.daemon = daemon;
  }

  /** Makes the table, migrates, and starts the daemon; returns when that is ready. */
  static FreshetSide start(BenchServers servers) throws InterruptedException {
    FreshetConfig config =
        BenchDaemon.configuration(
            servers,
            CONFIGURATION.formatted(
                servers.jdbcUrl(DATABASE),
                servers.postgresUser(),
                servers.redisUrl(),
                VIEW,
                KEY_PREFIX));
    PostgresDatabase database = servers.newDatabase(DATABASE);
    ImageTable table;
    try (Session session = Session.open(database)) {
      table = ImageTable.create(session);
    }
    Servers.migrator(database, config).migrate();
    return new FreshetSide(database, table, BenchDaemon.start(config));
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
    daemon.check();
  }

  @Override
  public void close() {
    daemon.close();
  }
}
