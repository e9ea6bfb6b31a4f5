package dev.freshet.loading;

import dev.freshet.lifecycle.OncePerInterval;
import dev.freshet.loading.CacheComparison.Doubt;
import dev.freshet.loading.CacheComparison.Findings;
import dev.freshet.loading.LoadListener.StaleAfter;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks, all the time, at a few cached keys drawn at random, and tells of those that stay stale.
 *
 * <p>For one thread. A turn takes as long as the loads of the keys that it compares.
 */
public final class Inspector {
  private static final Logger log = LoggerFactory.getLogger("freshet.inspector");

  private static final Duration WARNING_INTERVAL = Duration.ofSeconds(10);

  /** So many keys are drawn for each that is wanted, because others' keys may be among them. */
  private static final int DRAWN_PER_KEY = 10;

  private static final int DRAWN_MAX = 1_000;

  /** How many doubts may wait; of more, the newest are forgotten. */
  static final int DOUBTS_MAX = 1_000;

  private final List<FeatureView> views;
  private final KeySample sample;
  private final CacheComparison comparison;
  private final LoadListener listener;
  private final int keysPerTurn;
  private final LongSupplier nanoTime;
  private final OncePerInterval warnings;
  private final Deque<Waiting> doubted = new ArrayDeque<>();
  private final Deque<Waiting> stale = new ArrayDeque<>();

  private record Waiting(FeatureView view, Doubt doubt, long sinceNanos) {}

  /**
   * @param listener is told what was inspected and what was stale
   * @param keysPerTurn how many keys one turn compares, at most
   */
  public Inspector(
      List<FeatureView> views,
      KeySample sample,
      CacheComparison comparison,
      LoadListener listener,
      int keysPerTurn,
      LongSupplier nanoTime) {
    this.views = List.copyOf(views);
    this.sample = sample;
    this.comparison = comparison;
    this.listener = listener;
    this.keysPerTurn = keysPerTurn;
    this.nanoTime = nanoTime;
    this.warnings = new OncePerInterval(WARNING_INTERVAL, nanoTime);
  }

  /**
   * Compares some keys, and asks again about what is due.
   *
   * @throws dev.freshet.lifecycle.ServerUnavailableException if the cache does not answer
   * @throws LoadFailedException if a view could not be loaded
   */
  public void turn() {
    askAgain(doubted, StaleAfter.TWO_SECONDS, doubt -> add(stale, doubt));
    askAgain(stale, StaleAfter.A_MINUTE, doubt -> {});
    drawn().forEach(this::compare);
  }

  private Map<FeatureView, List<EntityKey>> drawn() {
    Map<FeatureView, List<EntityKey>> drawn = new LinkedHashMap<>();
    int count = 0;
    for (String cacheKey : sample.draw(Math.min(DRAWN_MAX, keysPerTurn * DRAWN_PER_KEY))) {
      for (FeatureView view : views) {
        Optional<EntityKey> key = view.key().entityKey(cacheKey);
        if (key.isPresent() && count < keysPerTurn) {
          drawn.computeIfAbsent(view, v -> new ArrayList<>()).add(key.get());
          count++;
        }
      }
    }
    return drawn;
  }

  private void compare(FeatureView view, List<EntityKey> keys) {
    for (int from = 0; from < keys.size(); from += CacheComparison.KEYS_MAX) {
      int to = Math.min(from + CacheComparison.KEYS_MAX, keys.size());
      Findings found = comparison.compare(view, keys.subList(from, to));
      listener.inspected(view.name(), found.compared());
      long now = nanoTime.getAsLong();
      found.doubts().forEach(doubt -> add(doubted, new Waiting(view, doubt, now)));
    }
  }

  private static void add(Deque<Waiting> queue, Waiting doubt) {
    if (queue.size() < DOUBTS_MAX) {
      queue.add(doubt);
    }
  }

  private void askAgain(Deque<Waiting> queue, StaleAfter after, Consumer<Waiting> stillStale) {
    Map<FeatureView, List<Waiting>> due = new LinkedHashMap<>();
    int count = 0;
    while (!queue.isEmpty() && count < CacheComparison.KEYS_MAX && isDue(queue.element(), after)) {
      Waiting next = queue.remove();
      due.computeIfAbsent(next.view(), v -> new ArrayList<>()).add(next);
      count++;
    }
    due.forEach(
        (view, doubts) ->
            standing(view, doubts)
                .forEach(
                    doubt -> {
                      tellStale(after, view, doubt.doubt());
                      stillStale.accept(doubt);
                    }));
  }

  private boolean isDue(Waiting doubt, StaleAfter after) {
    return nanoTime.getAsLong() - doubt.sinceNanos() >= after.time().toNanos();
  }

  private List<Waiting> standing(FeatureView view, List<Waiting> doubts) {
    List<Doubt> standing = comparison.standing(view, doubts.stream().map(Waiting::doubt).toList());
    return doubts.stream().filter(doubt -> standing.contains(doubt.doubt())).toList();
  }

  private void tellStale(StaleAfter after, FeatureView view, Doubt doubt) {
    listener.stale(view.name(), after);
    if (warnings.isDue(view.name() + after)) {
      log.warn(
          "stale for {}: view={} key={} loaded_at={}; Redis holds something else than the load query returns. If the daemon is up to date, a table that the query reads is not watched, or its result changes by itself",
          after.label(),
          view.name(),
          doubt.key(),
          Instant.ofEpochSecond(doubt.loadedAtSeconds()));
    }
  }
}
