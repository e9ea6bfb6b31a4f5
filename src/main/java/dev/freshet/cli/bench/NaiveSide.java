package dev.freshet.cli.bench;

import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import dev.freshet.redis.RawRedis;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The naive listener: a row trigger that sends the cache key with {@code pg_notify}, and a session
 * that deletes what it hears of.
 *
 * <p>It is as quick as it can be made: the delete is sent from the driver's callback, and nothing
 * waits for its reply. It loses what is committed while nobody listens, and its NOTIFY in every
 * transaction takes commits off group commit; neither is measured here.
 */
final class NaiveSide implements Side {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final String CHANNEL = "cache_keys";
  private static final String KEY_PREFIX = "naive:";

  private static final String TRIGGER =
      """
      CREATE FUNCTION public.notify_key() RETURNS trigger LANGUAGE plpgsql AS $naive$
      BEGIN
        PERFORM pg_notify('%s', '%s' || coalesce(NEW.image_id, OLD.image_id));
        RETURN NULL;
      END
      $naive$;
      CREATE TRIGGER notify_key AFTER INSERT OR UPDATE OR DELETE ON public.image_features
        FOR EACH ROW EXECUTE FUNCTION public.notify_key()
      """
          .formatted(CHANNEL, KEY_PREFIX);

  private static final String LOAD =
      "SELECT features::text FROM public.image_features WHERE image_id = ?::text::uuid";

  private final PostgresDatabase database;
  private final ImageTable table;
  private final RawRedis redis;
  private final Session reader;
  private final Session listener;
  private volatile @Nullable RuntimeException failure;

  private NaiveSide(
      PostgresDatabase database,
      ImageTable table,
      RawRedis redis,
      Session reader,
      Session listener) {
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
    reader.run(TRIGGER);
    NaiveSide side = new NaiveSide(database, table, redis, reader, Session.open(database));
    side.listener.listen(CHANNEL, side::delete);
    return side;
  }

  private void delete(String cacheKey) {
    CompletableFuture<Void> unused =
        redis
            .delete(cacheKey)
            .handle(
                (wasThere, e) -> {
                  if (e != null) {
                    failure = new IllegalStateException("the naive listener could not delete", e);
                  }
                  return null;
                });
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
    return KEY_PREFIX + imageId;
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
    RuntimeException known = failure;
    if (known != null) {
      throw known;
    }
  }

  @Override
  public void close() {
    listener.close();
    reader.close();
    redis.close();
  }
}
