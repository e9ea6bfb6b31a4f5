package dev.freshet.loading;

import dev.freshet.codec.CacheRecord;
import dev.freshet.loading.FeatureStore.LookUp;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;

/**
 * Compares what the cache holds with what the database says.
 *
 * <p>The cache is read first. A record that differs from what the database says a moment later is
 * in doubt: the change may have been committed in between, or its eviction be on its way. Whether
 * it is stale shows later: if the key still holds the very same record, and the database still says
 * something else, then all that time the cache had what was already replaced.
 *
 * <p>Nothing is written, to neither of them.
 */
public final class CacheComparison {
  /** At most so many keys are compared at once. */
  public static final int KEYS_MAX = 50;

  private final FeatureStore store;
  private final FeatureSource source;
  private final RecordBook records;

  /**
   * @param dictionaries what values are read with; those that need another one are left out
   * @param listener is told of records that cannot be read
   */
  public CacheComparison(
      FeatureStore store,
      FeatureSource source,
      ViewDictionaries dictionaries,
      LoadListener listener) {
    this.store = store;
    this.source = source;
    this.records =
        new RecordBook(listener, dictionaries, new SecureRandom(), InstantSource.system());
  }

  /**
   * A record that differed from what the database said.
   *
   * @param key of the entity
   * @param loadedAtSeconds when the record's content was loaded, since 1970
   * @param fingerprint of the record
   */
  public record Doubt(EntityKey key, long loadedAtSeconds, int fingerprint) {}

  /**
   * What a comparison found.
   *
   * @param compared how many keys held something that loaders would hand out, and could be loaded
   * @param doubts those of them that differ
   * @param failures the keys that could not be loaded, and why
   */
  public record Findings(
      int compared, List<Doubt> doubts, Map<EntityKey, RuntimeException> failures) {}

  /**
   * Compares some keys; what holds nothing that loaders would hand out is left out.
   *
   * @param keys at most {@link #KEYS_MAX}
   * @throws dev.freshet.lifecycle.ServerUnavailableException if the cache does not answer
   * @throws LoadFailedException if no key could be loaded, for a reason that concerns them all
   */
  public Findings compare(FeatureView view, Collection<EntityKey> keys) {
    Map<EntityKey, Cached> cached = read(view, keys);
    if (cached.isEmpty()) {
      return new Findings(0, List.of(), Map.of());
    }
    FeatureSource.Loaded loaded = source.load(view, cached.keySet());
    List<Doubt> doubts = new ArrayList<>();
    cached.forEach(
        (key, found) -> {
          if (!loaded.failures().containsKey(key)
              && !RecordBook.isSame(
                  view, found.record(), found.feature(), loaded.documents().get(key))) {
            doubts.add(found.doubt(key));
          }
        });
    return new Findings(cached.size() - loaded.failures().size(), doubts, loaded.failures());
  }

  /**
   * Which of some doubts still stand: the key holds the same record, and it still differs.
   *
   * @param doubts at most {@link #KEYS_MAX}
   */
  public List<Doubt> standing(FeatureView view, Collection<Doubt> doubts) {
    Set<Doubt> before = new LinkedHashSet<>(doubts);
    return compare(view, doubts.stream().map(Doubt::key).toList()).doubts().stream()
        .filter(before::contains)
        .toList();
  }

  private record Cached(CacheRecord record, Feature feature) {
    Doubt doubt(EntityKey key) {
      long loadedAt = CacheRecord.headerOf(record).orElseThrow().loadedAtSeconds();
      return new Doubt(key, loadedAt, record.hashCode());
    }
  }

  private Map<EntityKey, Cached> read(FeatureView view, Collection<EntityKey> keys) {
    List<EntityKey> inOrder = List.copyOf(new LinkedHashSet<>(keys));
    LookUp lookUp = await(view, inOrder.stream().map(view.key()::cacheKey).toList());
    Map<EntityKey, Cached> cached = new LinkedHashMap<>();
    lookUp
        .state()
        .ifPresent(
            state -> {
              for (int i = 0; i < inOrder.size(); i++) {
                EntityKey key = inOrder.get(i);
                CacheRecord record = lookUp.records().get(i);
                records
                    .usable(view, key, state, record, !lookUp.isFresh())
                    .ifPresent(
                        feature ->
                            cached.put(key, new Cached(Objects.requireNonNull(record), feature)));
              }
            });
    return cached;
  }

  private LookUp await(FeatureView view, List<String> cacheKeys) {
    try {
      return store.lookUp(view, cacheKeys).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException why ? why : e;
    }
  }
}
