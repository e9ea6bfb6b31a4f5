package dev.freshet.cli.demo;

import dev.freshet.cli.demo.FeatureClient.Reply;
import dev.freshet.cli.demo.Story.Tone;
import dev.freshet.postgres.Session;
import dev.freshet.redis.RawRedis;
import java.time.Duration;
import java.util.List;

/**
 * What the acts play on: the story that is told, and three views from outside.
 *
 * @param story gets what was observed
 * @param features the loader, over HTTP
 * @param redis what the cache holds
 * @param sql changes rows
 * @param evictedMax how long an eviction may take before it counts as missing
 */
record Stage(
    Story story, FeatureClient features, RawRedis redis, Session sql, Duration evictedMax) {

  /**
   * What is changed, and what must come of it.
   *
   * @param sql one statement, which is committed by itself
   * @param rows how many it must change
   * @param evicted the cache keys that depend on these rows; Redis must hold them before, and none
   *     after
   * @param kept some that do not; Redis must hold them before and after
   */
  record Change(String sql, int rows, List<String> evicted, List<String> kept) {}

  /**
   * What came of a change.
   *
   * @param committed how long the statement took, with its commit
   * @param evicted from the commit's reply until the keys were gone
   */
  record Eviction(Duration committed, Duration evicted) {}

  /** Reads a feature that must come from Redis. */
  Reply hit(String view, String key) {
    return get(view, key, FeatureClient.FROM_REDIS);
  }

  /** Reads a feature that must come from Postgres. */
  Reply miss(String view, String key) {
    return get(view, key, FeatureClient.FROM_POSTGRES);
  }

  private Reply get(String view, String key, String source) {
    Reply reply = features.get(view, key);
    require(
        reply.source().equals(source),
        "%s of %s came from %s, not from %s".formatted(key, view, reply.source(), source));
    return reply;
  }

  /**
   * How large a document is, as it was read and as it is cached.
   *
   * @param codec that the view's configuration names
   */
  String sizes(Reply reply, String cacheKey, String codec) {
    long stored = redis.length(cacheKey);
    require(stored > 0, "nothing was stored in " + cacheKey);
    return "%s of JSON, %s in Redis (%s)"
        .formatted(Story.count(reply.bytes(), "byte"), Story.number(stored), codec);
  }

  /**
   * Changes rows, and waits until the keys that depend on them are gone. It asks Redis again and
   * again without a pause, so that the time is right to a round trip.
   */
  Eviction evict(Change change) {
    requireHeld(change.evicted(), "before the change");
    requireHeld(change.kept(), "before the change");
    long begun = System.nanoTime();
    int rows = sql.update(change.sql());
    long committed = System.nanoTime();
    for (long left = 1; left > 0; left = redis.existing(change.evicted())) {
      require(
          System.nanoTime() - committed < evictedMax.toNanos(),
          "%s still in Redis %d ms after the commit of: %s"
              .formatted(Story.count(left, "key"), evictedMax.toMillis(), change.sql()));
    }
    long gone = System.nanoTime();
    require(
        rows == change.rows(),
        "%s changed by: %s".formatted(Story.count(rows, "row"), change.sql()));
    requireHeld(change.kept(), "after the change");
    return new Eviction(Duration.ofNanos(committed - begun), Duration.ofNanos(gone - committed));
  }

  private void requireHeld(List<String> cacheKeys, String when) {
    long held = cacheKeys.isEmpty() ? 0 : redis.existing(cacheKeys);
    require(
        held == cacheKeys.size(),
        "Redis holds %d of %s %s".formatted(held, Story.count(cacheKeys.size(), "key"), when));
  }

  /**
   * As {@link #evict}, and told.
   *
   * @param gone what is gone then, in few words
   * @param detail what else there is to say of that
   */
  Eviction evictAndTell(Change change, String gone, String detail) {
    story.sql(change.sql());
    Eviction eviction = evict(change);
    String changed = Story.count(change.rows(), "row") + " changed";
    story.step(Tone.PLAIN, "commit", changed, eviction.committed(), "statement and commit");
    story.step(Tone.EVICTED, "evicted", gone, eviction.evicted(), detail);
    return eviction;
  }

  /**
   * Ends the demo unless something is as it must be.
   *
   * @param otherwise what was observed instead
   */
  static void require(boolean isSo, String otherwise) {
    if (!isSo) {
      throw new UnexpectedException(otherwise);
    }
  }
}
