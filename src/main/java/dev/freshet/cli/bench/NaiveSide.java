package dev.freshet.cli.bench;

import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import dev.freshet.redis.RawRedis;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The naive way: a row trigger that sends the cache key with {@code pg_notify}, and a session that
 * deletes what it hears of. It loses what is committed while nobody listens, and its NOTIFY in
 * every transaction takes commits off group commit; neither is measured here.
 */
final class NaiveSide implements Side {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final String LOAD =
      "SELECT features::text FROM public.image_features WHERE image_id = ?::text::uuid";

  private final PostgresDatabase database;
  private final ImageTable table;
  private final RawRedis redis;
  private final Session reader;
  private final NaiveListener listener;

  private NaiveSide(
      PostgresDatabase database,
      ImageTable table,
      RawRedis redis,
      Session reader,
      NaiveListener listener) {
    this.database = database;
    this.table = table;
    this.redis = redis;
    this.reader = reader;
    this.listener = listener;
  }

  /** Makes the table and its trigger, and begins to listen. */
  static NaiveSide start(BenchServers servers) {
    PostgresDatabase database = servers.newDatabase("naive_side");
    RawRedis redis = RawRedis.open(servers.redis(), TIMEOUT);
    Session reader = Session.open(database);
    ImageTable table = ImageTable.create(reader);
    reader.run(NaiveListener.TRIGGER);
    return new NaiveSide(database, table, redis, reader, NaiveListener.start(database, redis));
  }

  @Override
  public String name() {
    return "naive";
  }

  @Override
  public ImageTable table() {
    return table;
  }

  @Override
  public String cacheKey(String imageId) {
    return NaiveListener.KEY_PREFIX + imageId;
  }

  @Override
  public void fill(String imageId) {
    List<@Nullable String> features = reader.texts(LOAD, imageId);
    redis.set(cacheKey(imageId), Objects.requireNonNull(features.get(0)));
  }

  @Override
  public Session newWriter() {
    return Session.open(database);
  }

  @Override
  public void check() {
    listener.check();
  }

  @Override
  public void close() {
    listener.close();
    reader.close();
    redis.close();
  }
}
