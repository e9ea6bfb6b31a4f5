package dev.freshet.loading;

import dev.freshet.loading.FeatureStore.ViewState;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A load under a lease that this process holds; callers whose own look-up returned that lease may
 * join it.
 *
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
    CompletableFuture<Optional<byte[]>> landed) {

  static Flight of(Read read, byte[] token, ViewState state) {
    return new Flight(
        read.view(),
        read.key(),
        read.cacheKey(),
        ByteBuffer.wrap(token),
        state,
        new CompletableFuture<>());
  }
}
