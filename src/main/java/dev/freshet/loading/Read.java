package dev.freshet.loading;

import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import java.util.concurrent.CompletableFuture;

/**
 * One caller's wish for one feature.
 *
 * @param reply completed once, with the feature or with why there is none
 * @param nearStamp taken before anything is asked of Redis
 * @param waitUntilNanos how long it may wait for other loaders' fills
 */
record Read(
    FeatureView view,
    EntityKey key,
    String cacheKey,
    CompletableFuture<Feature> reply,
    long nearStamp,
    long waitUntilNanos) {

  /**
   * The same read with a step to take when it is answered, before the caller hears of it. A caller
   * who completes his future himself does not bring that about.
   */
  Read thatThen(Runnable step) {
    CompletableFuture<Feature> inner = new CompletableFuture<>();
    CompletableFuture<Feature> unused =
        inner.whenComplete(
            (feature, why) -> {
              step.run();
              if (why == null) {
                reply.complete(feature);
              } else {
                reply.completeExceptionally(why);
              }
            });
    return new Read(view, key, cacheKey, inner, nearStamp, waitUntilNanos);
  }
}
