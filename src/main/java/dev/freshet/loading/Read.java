package dev.freshet.loading;

import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import java.util.concurrent.CompletableFuture;

/**
 * One caller's wish for one feature.
 *
 * @param reply completed once, with the feature or with why there is none
 * @param waitUntilNanos how long it may wait for other loaders' fills
 */
record Read(
    FeatureView view,
    EntityKey key,
    String cacheKey,
    CompletableFuture<Feature> reply,
    long waitUntilNanos) {}
