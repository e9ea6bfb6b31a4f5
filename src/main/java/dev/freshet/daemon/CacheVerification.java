package dev.freshet.daemon;

import dev.freshet.config.FreshetConfig;
import dev.freshet.eviction.Chain.Field;
import dev.freshet.eviction.Chain.KeyScan;
import dev.freshet.eviction.Chain.State;
import dev.freshet.loading.CacheComparison;
import dev.freshet.loading.CacheComparison.Doubt;
import dev.freshet.loading.KnownDictionaries;
import dev.freshet.loading.LoadListener;
import dev.freshet.loading.Verification;
import dev.freshet.loading.Verification.Tally;
import dev.freshet.postgres.PostgresEvictions;
import dev.freshet.postgres.PostgresFeatureSource;
import dev.freshet.redis.RedisChain;
import dev.freshet.redis.RedisDictionaries;
import dev.freshet.redis.RedisFeatureStore;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One comparison of a view's cached keys with the database, from connecting to the result. */
public final class CacheVerification {
  private static final Duration REDIS_TIMEOUT = Duration.ofSeconds(5);
  private static final int DRAWN_PER_CALL = 500;

  /** Others' keys may be among those drawn: after so many for each wanted one, that is all. */
  private static final int DRAWN_PER_KEY_MAX = 50;

  private final FeatureView view;
  private final Verification verification;
  private final ProgressListener progress;

  private CacheVerification(
      FeatureView view, Verification verification, ProgressListener progress) {
    this.view = view;
    this.verification = verification;
    this.progress = progress;
  }

  /**
   * What to do.
   *
   * @param sample how many keys to draw at random; there may be fewer; null for all that are cached
   * @param settlesAfter how much later a key that differs is asked about again
   * @param isRepair whether stale keys are evicted, through the change log
   */
  public record Options(@Nullable Integer sample, Duration settlesAfter, boolean isRepair) {}

  /** Is told how far it has come. */
  public interface ProgressListener {
    /**
     * Tells how far it has come.
     *
     * @param part how much of it is done, 0 to 1, about
     */
    void progressed(double part, Tally tally);
  }

  /**
   * What came of it.
   *
   * @param hasChain whether Redis has a whole chain for the view; without one, all is a miss
   * @param isFresh whether a daemon has confirmed, in the last 2 s, that Redis is up to date
   * @param repaired how many evictions were logged
   */
  public record Outcome(Tally tally, boolean hasChain, boolean isFresh, long repaired) {
    /** Whether all that could be compared was, and nothing was stale. */
    public boolean isGood() {
      return tally.stale() == 0 && tally.failed() == 0;
    }
  }

  /**
   * Compares.
   *
   * @param onStale is told of stale records as they are found
   * @throws dev.freshet.lifecycle.ServerUnavailableException if a server does not answer
   * @throws dev.freshet.loading.LoadFailedException if the view cannot be loaded
   */
  public static Outcome run(
      FreshetConfig config,
      FeatureView view,
      Options options,
      ProgressListener progress,
      Consumer<List<Doubt>> onStale)
      throws InterruptedException {
    try (Servers servers = Servers.of(config);
        RedisChain chain =
            new RedisChain(servers.redis(), config.redis().namespace(), REDIS_TIMEOUT);
        RedisFeatureStore store =
            new RedisFeatureStore(
                servers.redis(),
                config.redis().namespace(),
                REDIS_TIMEOUT,
                RedisFeatureStore.REQUESTS_MAX_DEFAULT);
        RedisDictionaries mirror =
            new RedisDictionaries(servers.redis(), config.redis().namespace(), REDIS_TIMEOUT)) {
      servers.postgres().checkReachable();
      store.start();
      mirror.start();
      KnownDictionaries dictionaries =
          new KnownDictionaries(
              mirror, List.of(view), LoadListener.NONE, Runnable::run, System::nanoTime);
      PostgresEvictions evictions = new PostgresEvictions(servers.postgres());
      AtomicLong repaired = new AtomicLong();
      Verification verification =
          new Verification(
              new CacheComparison(
                  store,
                  new PostgresFeatureSource(servers.postgres()),
                  dictionaries,
                  LoadListener.NONE),
              view,
              options.settlesAfter(),
              stale -> {
                onStale.accept(stale);
                if (options.isRepair()) {
                  evictions.evict(view, stale.stream().map(Doubt::key).toList());
                  repaired.addAndGet(stale.size());
                }
              });
      CacheVerification run = new CacheVerification(view, verification, progress);
      if (options.sample() == null) {
        run.compareAll(chain);
      } else {
        run.compareSample(store, options.sample());
      }
      Tally tally = verification.finish();
      State state = chain.read();
      return new Outcome(tally, hasChain(view, state), state.isFresh(), repaired.get());
    }
  }

  private static boolean hasChain(FeatureView view, State state) {
    return !state.link().isEmpty() && state.fields().containsKey(Field.epoch(view.name()));
  }

  private void compareAll(RedisChain chain) throws InterruptedException {
    try (KeyScan scan = chain.scan(view.key().scanPattern())) {
      while (scan.hasNext()) {
        verification.compare(entitiesOf(scan.next()));
        progress.progressed(scan.part(), verification.tally());
      }
    }
  }

  private void compareSample(RedisFeatureStore store, int wanted) throws InterruptedException {
    Set<EntityKey> compared = new HashSet<>();
    long drawsLeft = (long) wanted * DRAWN_PER_KEY_MAX;
    while (compared.size() < wanted && drawsLeft > 0) {
      List<String> drawn = store.draw((int) Math.min(DRAWN_PER_CALL, drawsLeft));
      drawsLeft -= DRAWN_PER_CALL;
      List<EntityKey> keys =
          entitiesOf(drawn).stream()
              .distinct()
              .filter(key -> !compared.contains(key))
              .limit(wanted - compared.size())
              .toList();
      verification.compare(keys);
      compared.addAll(keys);
      progress.progressed((double) compared.size() / wanted, verification.tally());
    }
  }

  private List<EntityKey> entitiesOf(Collection<String> cacheKeys) {
    return cacheKeys.stream().map(view.key()::entityKey).flatMap(Optional::stream).toList();
  }
}
