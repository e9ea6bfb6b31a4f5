package dev.freshet.cli.bench;

import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import dev.freshet.redis.RawRedis;
import java.time.Duration;
import java.util.OptionalLong;

/** The naive way: the trigger and its listener. */
final class NaiveFollower implements Follower {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final RawRedis redis;
  private final NaiveListener listener;
  private long heardBefore;

  private NaiveFollower(RawRedis redis, NaiveListener listener) {
    this.redis = redis;
    this.listener = listener;
  }

  /** Creates the trigger and begins to listen. */
  static NaiveFollower start(BenchServers servers, PostgresDatabase database, Session session) {
    session.run(NaiveListener.TRIGGER);
    RawRedis redis = RawRedis.open(servers.redis(), TIMEOUT);
    return new NaiveFollower(redis, NaiveListener.start(database, redis));
  }

  @Override
  public void startCounting() {
    heardBefore = listener.heard();
  }

  @Override
  public OptionalLong awaitAll(long transactions) throws InterruptedException {
    Await.until(
        () -> listener.heard() - heardBefore == transactions,
        () ->
            "the naive listener heard of %d changes in %d transactions"
                .formatted(listener.heard() - heardBefore, transactions));
    boolean unused = redis.exists(NaiveListener.KEY_PREFIX); // is answered after all deletes
    listener.check();
    return OptionalLong.of(transactions);
  }

  @Override
  public void close() {
    listener.close();
    redis.close();
  }
}
