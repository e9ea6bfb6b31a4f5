package dev.freshet.loading;

import dev.freshet.codec.CacheRecord;
import dev.freshet.view.FeatureView;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The cache, as the read path needs it.
 *
 * <p>Futures fail with {@link dev.freshet.lifecycle.ServerUnavailableException} if the cache does
 * not answer in time. No call is queued while the cache is away, none is sent twice.
 */
public interface FeatureStore {

  /**
   * What the chain says of a view.
   *
   * @param generation of the database whose changes reach this cache
   * @param epoch values and absences of another epoch are misses
   * @param definitionHash loaders whose definition of the view has another hash do not fill
   */
  record ViewState(String generation, int epoch, String definitionHash) {}

  /**
   * What one look-up returned.
   *
   * @param state empty if there is no whole chain: then every record is a miss
   * @param isFresh whether the daemon's freshness lease has not run out
   * @param records one for each cache key asked for, in order; null where the key holds nothing
   */
  record LookUp(Optional<ViewState> state, boolean isFresh, List<@Nullable CacheRecord> records) {}

  /** What came of asking for a lease. */
  sealed interface LeaseReply {
    /** The key holds the lease asked for. */
    record Granted(ViewState state) implements LeaseReply {}

    /** The key already holds a usable value or absence, or somebody's lease. */
    record Held(CacheRecord record) implements LeaseReply {}

    /** Nothing may be filled now: there is no whole chain, or it has another definition. */
    record Unfillable() implements LeaseReply {}
  }

  /** Reads the chain's state, the freshness lease and some keys, in one round trip. */
  CompletableFuture<LookUp> lookUp(FeatureView view, List<String> cacheKeys);

  /**
   * Puts a lease into a key, unless it holds something usable.
   *
   * @param token 16 random bytes, never used before
   * @param time how long the lease lasts
   */
  CompletableFuture<LeaseReply> lease(
      FeatureView view, String cacheKey, byte[] token, Duration time);

  /**
   * Puts a record into a key that still holds exactly the lease with this token.
   *
   * @param record a value or an absence, as it shall stand in the cache
   * @return whether it was stored; false if the lease was gone
   */
  CompletableFuture<Boolean> fill(String cacheKey, byte[] token, byte[] record, Duration ttl);

  /** Takes a lease back, if the key still holds exactly it, so that nobody waits for its fill. */
  CompletableFuture<Boolean> release(String cacheKey, byte[] token);
}
