package dev.freshet.loading;

import dev.freshet.view.FeatureView;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A store that passes on what it is asked; to be told otherwise by a test. */
public class PassingStore implements FeatureStore {
  protected final FeatureStore right;

  public PassingStore(FeatureStore right) {
    this.right = right;
  }

  @Override
  public CompletableFuture<LookUp> lookUp(FeatureView view, List<String> cacheKeys) {
    return right.lookUp(view, cacheKeys);
  }

  @Override
  public CompletableFuture<LeaseReply> lease(
      FeatureView view, String cacheKey, byte[] token, Duration time) {
    return right.lease(view, cacheKey, token, time);
  }

  @Override
  public CompletableFuture<Boolean> fill(
      String cacheKey, byte[] token, byte[] record, Duration ttl) {
    return right.fill(cacheKey, token, record, ttl);
  }

  @Override
  public CompletableFuture<Boolean> release(String cacheKey, byte[] token) {
    return right.release(cacheKey, token);
  }
}
