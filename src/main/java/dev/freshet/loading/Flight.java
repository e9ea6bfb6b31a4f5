package dev.freshet.loading;

import dev.freshet.loading.FeatureStore.ViewState;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A load under a lease that this process holds; callers whose own look-up returned that lease may
 * join it.
 *
 * @param keepMax how long a value may be kept at most, besides the view's TTL; null for no further
 *     bound
 * @param token of the lease, backed by an array of its own
 * @param state of the chain when the lease was granted
 * @param landed completed after the fill, with the document or with nothing for an absence
 */
record Flight(
    FeatureView view,
    EntityKey key,
    String cacheKey,
    ByteBuffer token,
    ViewState state,
    @Nullable Duration keepMax,
    CompletableFuture<Optional<byte[]>> landed) {

  static Flight of(
      FeatureView view, EntityKey key, byte[] token, ViewState state, @Nullable Duration keepMax) {
    return new Flight(
        view,
        key,
        view.key().cacheKey(key),
        ByteBuffer.wrap(token),
        state,
        keepMax,
        new CompletableFuture<>());
  }
}
