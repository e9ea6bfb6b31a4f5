package dev.freshet.cli.consistency;

import dev.freshet.loading.LoadListener;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Counts what loaders tell. */
final class LoadCounts implements LoadListener {
  /** Longer than a load takes that reaches its deadline. */
  private static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(8);

  private static final long POLL_MS = 10;

  private final LongAdder nearHits = new LongAdder();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder behind = new LongAdder();
  private final LongAdder filled = new LongAdder();
  private final Map<String, LongAdder> refused = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();
  private volatile long lastFailureNanos = System.nanoTime();

  @Override
  public void nearHit(String view) {
    nearHits.increment();
  }

  @Override
  public void hit(String view) {
    hits.increment();
  }

  @Override
  public void absenceHit(String view) {
    hits.increment();
  }

  @Override
  public void miss(String view) {
    misses.increment();
  }

  @Override
  public void behind(String view) {
    behind.increment();
  }

  @Override
  public void filled(String view) {
    filled.increment();
  }

  @Override
  public void fillRefused(String view, RefusedFill why) {
    refused.computeIfAbsent(why.name(), name -> new LongAdder()).increment();
  }

  @Override
  public void failed(String view, String kind) {
    failures.computeIfAbsent(kind, name -> new LongAdder()).increment();
    lastFailureNanos = System.nanoTime();
  }

  /**
   * Waits until no call has failed for so long that one that hangs would have.
   *
   * @param sinceNanos what failed before does not count
   * @return how long after that moment the last call failed, in milliseconds; 0 if none did, empty
   *     if they did not cease in time
   */
  OptionalLong awaitNoFailures(long sinceNanos, long waitMs) throws InterruptedException {
    long end = sinceNanos + TimeUnit.MILLISECONDS.toNanos(waitMs);
    while (true) {
      long now = System.nanoTime();
      long last = Math.max(0, lastFailureNanos - sinceNanos);
      if (now - sinceNanos - last > CALM_NANOS) {
        return OptionalLong.of(TimeUnit.NANOSECONDS.toMillis(last));
      } else if (now > end) {
        return OptionalLong.empty();
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }

  /** The part of hits, near ones too, among the reads that looked for one; 0 before any did. */
  double hitRate() {
    long found = nearHits.sum() + hits.sum();
    long looked = found + misses.sum();
    return looked == 0 ? 0 : (double) found / looked;
  }

  /** How often a value was not stored because another database had answered. */
  long refusedForAnotherGeneration() {
    LongAdder count = refused.get(RefusedFill.OTHER_GENERATION.name());
    return count == null ? 0 : count.sum();
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("nearHits", nearHits.sum());
    map.put("hits", hits.sum());
    map.put("misses", misses.sum());
    map.put("whileBehind", behind.sum());
    map.put("fills", filled.sum());
    map.put("fillsRefused", sums(refused));
    map.put("failures", sums(failures));
    return map;
  }

  private static Map<String, Long> sums(Map<String, LongAdder> counters) {
    Map<String, Long> sums = new LinkedHashMap<>();
    counters.forEach(
        (name, count) -> sums.put(name.toLowerCase(java.util.Locale.ROOT), count.sum()));
    return sums;
  }
}
