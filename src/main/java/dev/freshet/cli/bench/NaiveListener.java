package dev.freshet.cli.bench;

import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import dev.freshet.redis.RawRedis;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The naive way's listener: a session that deletes the cache keys it hears of.
 *
 * <p>It is as quick as it can be made: the delete is sent from the driver's callback, and nothing
 * waits for its reply.
 */
final class NaiveListener implements AutoCloseable {
  static final String CHANNEL = "cache_keys";
  static final String KEY_PREFIX = "naive:";

  /** Creates the trigger that it listens to. */
  static final String TRIGGER =
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

  private final Session session;
  private final RawRedis redis;
  private final AtomicLong heard = new AtomicLong();
  private volatile @Nullable RuntimeException failure;

  private NaiveListener(Session session, RawRedis redis) {
    this.session = session;
    this.redis = redis;
  }

  /**
   * Begins to listen.
   *
   * @param redis is not closed
   */
  static NaiveListener start(PostgresDatabase database, RawRedis redis) {
    NaiveListener listener = new NaiveListener(Session.open(database), redis);
    listener.session.listen(CHANNEL, listener::delete);
    return listener;
  }

  private void delete(String cacheKey) {
    heard.incrementAndGet();
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

  /** How many keys it has heard of. */
  long heard() {
    return heard.get();
  }

  /**
   * Says so if a delete has failed.
   *
   * @throws IllegalStateException with the reason
   */
  void check() {
    RuntimeException known = failure;
    if (known != null) {
      throw known;
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
