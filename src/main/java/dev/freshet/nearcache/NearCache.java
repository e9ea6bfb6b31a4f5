package dev.freshet.nearcache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Values by cache key, as long as the feed vouches for them. Safe for use by many threads; the feed
 * is told by one.
 *
 * <p>The subtle part is {@link #put}. It looks at the stripe of its key while it holds the key's
 * entry; an invalidation counts the stripe up, and then removes the entry. So either the put sees
 * the count and keeps nothing, or the removal comes after it. Keys that share a stripe only forbid
 * each other some puts. What empties all counts {@code breaks} up, and entries of before are worth
 * nothing from that moment, also one that is being put.
 *
 * @param <V> what is kept
 */
public final class NearCache<V> implements NearFeed {
  /** Values are kept no longer, whatever the feed says. */
  public static final Duration TTL_MAX = Duration.ofSeconds(10);

  private static final int STRIPES = 4_096;
  private static final int ENTRY_BYTES = 200;

  private final Cache<String, Entry<V>> entries;
  private final long ttlNanos;
  private final LongSupplier nanoTime;
  private final AtomicLongArray stripes = new AtomicLongArray(STRIPES);
  private final AtomicLong breaks = new AtomicLong();
  private volatile long currentUntilNanos;

  // Confined to the feed's thread.
  private @Nullable String link;

  private record Entry<V>(V value, long breaks, long untilNanos) {}

  /** An entry's time is its own: neither a refused put nor another form of the same prolongs it. */
  private static final class Lifetime<V> implements Expiry<String, Entry<V>> {
    @Override
    public long expireAfterCreate(String key, Entry<V> entry, long now) {
      return Math.max(0, entry.untilNanos - now);
    }

    @Override
    public long expireAfterUpdate(String key, Entry<V> entry, long now, long left) {
      return expireAfterCreate(key, entry, now);
    }

    @Override
    public long expireAfterRead(String key, Entry<V> entry, long now, long left) {
      return left;
    }
  }

  /**
   * @param bytesMax of keys and values, about
   * @param ttl at most {@link #TTL_MAX}
   * @param bytes of a value
   * @param nanoTime the clock of {@link System#nanoTime}
   */
  public NearCache(long bytesMax, Duration ttl, ToIntFunction<V> bytes, LongSupplier nanoTime) {
    this.ttlNanos = Math.min(ttl.toNanos(), TTL_MAX.toNanos());
    this.nanoTime = nanoTime;
    this.currentUntilNanos = nanoTime.getAsLong();
    this.entries =
        Caffeine.newBuilder()
            .maximumWeight(bytesMax)
            .<String, Entry<V>>weigher(
                (key, entry) -> ENTRY_BYTES + 2 * key.length() + bytes.applyAsInt(entry.value))
            .expireAfter(new Lifetime<V>())
            .ticker(nanoTime::getAsLong)
            .executor(Runnable::run)
            .build();
  }

  /** A cache that keeps nothing. */
  public static <V> NearCache<V> off() {
    return new NearCache<>(0, TTL_MAX, value -> 0, System::nanoTime);
  }

  /** The value of a key; null if there is none that the feed vouches for. */
  public @Nullable V get(String cacheKey) {
    Entry<V> entry = isCurrent() ? entries.getIfPresent(cacheKey) : null;
    return entry != null && entry.breaks == breaks.get() ? entry.value : null;
  }

  /** What to hand to {@link #put}; to be taken before the value is asked for. */
  public long stamp(String cacheKey) {
    // Both only grow, so the sum is the same only if both are.
    return breaks.get() + stripes.get(stripe(cacheKey));
  }

  /** Keeps a value, if nothing was told of its key since the stamp was taken. */
  public void put(String cacheKey, long stamp, V value) {
    long breaksNow = breaks.get();
    Entry<V> entry = new Entry<>(value, breaksNow, nanoTime.getAsLong() + ttlNanos);
    if (isCurrent()) {
      entries
          .asMap()
          .compute(
              cacheKey, (key, old) -> breaksNow + stripes.get(stripe(key)) == stamp ? entry : old);
    }
  }

  /**
   * Keeps the same in another form, if it is still there, and not longer than it was to be kept.
   */
  public void replace(String cacheKey, V value, V same) {
    entries
        .asMap()
        .computeIfPresent(
            cacheKey,
            (key, old) -> old.value == value ? new Entry<>(same, old.breaks, old.untilNanos) : old);
  }

  private boolean isCurrent() {
    return currentUntilNanos - nanoTime.getAsLong() > 0;
  }

  private static int stripe(String cacheKey) {
    int hash = cacheKey.hashCode() * 0x9E3779B9;
    return hash >>> (Integer.SIZE - Integer.numberOfTrailingZeros(STRIPES));
  }

  @Override
  public void evicted(String expected, String next, boolean isViewRenewed, List<String> cacheKeys) {
    if (isViewRenewed || !expected.equals(link)) {
      empty();
    }
    for (String cacheKey : cacheKeys) {
      stripes.incrementAndGet(stripe(cacheKey));
      entries.invalidate(cacheKey);
    }
    link = next;
  }

  @Override
  public void beat(String beatLink, long untilNanos) {
    if (!beatLink.equals(link)) {
      empty();
    }
    link = beatLink;
    currentUntilNanos = untilNanos;
  }

  @Override
  public void broke() {
    currentUntilNanos = nanoTime.getAsLong();
    link = null;
    empty();
  }

  private void empty() {
    breaks.incrementAndGet();
    entries.invalidateAll();
  }
}
