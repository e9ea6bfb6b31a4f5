package dev.freshet.cli.consistency;

import dev.freshet.cli.consistency.Violation.Kind;
import dev.freshet.loading.Feature;
import dev.freshet.loading.Feature.Source;
import dev.freshet.loading.FeatureLoader;
import dev.freshet.loading.LoadFailedException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** One thread that reads keys by the batch, at random by its seed, and has each read judged. */
final class Reader implements Runnable {
  private static final int HOT_OUT_OF_100 = 30;

  /**
   * While Redis is bypassed each batch is a query; whoever has servers for what the cache keeps
   * away from them needs no cache.
   */
  private static final int TIMES_SLOWER_IF_BYPASSED = 10;

  private final Workload.Shape shape;
  private final Random random;
  private final FeatureLoader loader;
  private final Oracle oracle;
  private final Violations violations;
  private volatile boolean isStopping;
  private volatile boolean trustsPostgres = true;
  private final LongAdder failed = new LongAdder();
  private final LongAdder unjudged = new LongAdder();

  Reader(
      Workload.Shape shape,
      Random random,
      FeatureLoader loader,
      Oracle oracle,
      Violations violations) {
    this.shape = shape;
    this.random = random;
    this.loader = loader;
    this.oracle = oracle;
    this.violations = violations;
  }

  void stop() {
    isStopping = true;
  }

  /**
   * Whether what its loader reads from Postgres is judged; not while that leads to a server that is
   * the primary no longer.
   */
  void trustPostgres(boolean isTrusted) {
    trustsPostgres = isTrusted;
  }

  @Override
  public void run() {
    long periodNanos =
        TimeUnit.SECONDS.toNanos(1) * shape.readBatch() * shape.readers() / shape.readsPerSecond();
    long due = System.nanoTime();
    while (!isStopping) {
      boolean isBypassed = readBatch() == 0;
      due =
          Math.max(
              due + periodNanos * (isBypassed ? TIMES_SLOWER_IF_BYPASSED : 1),
              System.nanoTime() - 20 * periodNanos);
      LockSupport.parkNanos(due - System.nanoTime());
    }
  }

  /** Reads some keys; returns how many of them came from Redis. */
  private int readBatch() {
    Set<String> keys = new LinkedHashSet<>();
    while (keys.size() < Math.min(shape.readBatch(), shape.keys())) {
      boolean isHot = shape.hotKeys() > 0 && random.nextInt(100) < HOT_OUT_OF_100;
      keys.add(Integer.toString(1 + random.nextInt(isHot ? shape.hotKeys() : shape.keys())));
    }
    boolean isTrusted = trustsPostgres;
    long start = System.nanoTime();
    Map<String, CompletableFuture<Feature>> replies = loader.getAllAsync(Items.VIEW, keys);
    int hits = 0;
    for (Map.Entry<String, CompletableFuture<Feature>> reply : replies.entrySet()) {
      try {
        Feature feature = reply.getValue().join();
        judge(feature, start, System.nanoTime(), isTrusted && trustsPostgres);
        hits += feature.source() == Source.POSTGRES ? 0 : 1;
      } catch (CompletionException e) {
        failed.increment();
        if (!(e.getCause() instanceof LoadFailedException)) {
          violations.add(Kind.BROKEN, "a read of key %s failed: %s".formatted(reply.getKey(), e));
        }
      }
    }
    return hits;
  }

  private void judge(Feature feature, long start, long end, boolean isTrusted) {
    boolean isHit = feature.source() != Source.POSTGRES;
    if (!isHit && !isTrusted) {
      unjudged.increment();
      return;
    }
    int key = Integer.parseInt(feature.key());
    long version = feature.jsonUtf8().map(json -> Items.versionIn(json, key)).orElse(Oracle.ABSENT);
    oracle.check(new Observation(key, version, start, end, isHit, feature.mayBeBehind()));
  }

  /** How many reads failed. */
  long failed() {
    return failed.sum();
  }

  /** How many reads were not judged. */
  long unjudged() {
    return unjudged.sum();
  }
}
