package dev.freshet.loading;

import dev.freshet.loading.CacheComparison.Doubt;
import dev.freshet.loading.CacheComparison.Findings;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Compares many keys of a view once, and asks again later about each that is in doubt.
 *
 * <p>Doubts wait in memory; when there are many, no further key is compared before they are
 * settled.
 */
public final class Verification {
  /** How many doubts may wait to be settled. */
  static final int DOUBTS_MAX = 1_000;

  private final CacheComparison comparison;
  private final FeatureView view;
  private final Duration settlesAfter;
  private final Consumer<List<Doubt>> onStale;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private long compared;
  private long inFlight;
  private long stale;
  private long failed;
  private String firstFailure = "";

  private record Waiting(Doubt doubt, long settlesAtNanos) {}

  /**
   * How far it has come.
   *
   * @param compared keys that held something
   * @param inFlight keys that differed, and a little later no more
   * @param stale keys that still held what had been replaced, {@code settlesAfter} later
   * @param failed keys that could not be loaded
   * @param firstFailure why the first of these could not; empty if there is none
   */
  public record Tally(long compared, long inFlight, long stale, long failed, String firstFailure) {}

  /**
   * @param settlesAfter how much later a doubt is asked about again
   * @param onStale is told of stale records as they are found
   */
  public Verification(
      CacheComparison comparison,
      FeatureView view,
      Duration settlesAfter,
      Consumer<List<Doubt>> onStale) {
    this.comparison = comparison;
    this.view = view;
    this.settlesAfter = settlesAfter;
    this.onStale = onStale;
  }

  /** Compares some keys, as many as there are. Throws as {@link CacheComparison#compare} does. */
  public void compare(Collection<EntityKey> keys) throws InterruptedException {
    List<EntityKey> all = List.copyOf(keys);
    for (int from = 0; from < all.size(); from += CacheComparison.KEYS_MAX) {
      int to = Math.min(from + CacheComparison.KEYS_MAX, all.size());
      Findings found = comparison.compare(view, all.subList(from, to));
      compared += found.compared();
      failed += found.failures().size();
      found.failures().values().stream()
          .findFirst()
          .filter(first -> firstFailure.isEmpty())
          .ifPresent(first -> firstFailure = String.valueOf(first.getMessage()));
      long settlesAt = System.nanoTime() + settlesAfter.toNanos();
      found.doubts().forEach(doubt -> waiting.add(new Waiting(doubt, settlesAt)));
      settle(DOUBTS_MAX);
    }
  }

  /** Settles what is still in doubt. */
  public Tally finish() throws InterruptedException {
    settle(0);
    return tally();
  }

  public Tally tally() {
    return new Tally(compared, inFlight, stale, failed, firstFailure);
  }

  /** Asks again about what is due, and waits while more than so many are not. */
  private void settle(int waitingMax) throws InterruptedException {
    while (!waiting.isEmpty()) {
      long nanos = waiting.element().settlesAtNanos() - System.nanoTime();
      if (nanos > 0 && waiting.size() <= waitingMax) {
        return;
      }
      TimeUnit.NANOSECONDS.sleep(nanos);
      settleDue();
    }
  }

  private void settleDue() {
    List<Doubt> due = new ArrayList<>();
    while (!waiting.isEmpty()
        && due.size() < CacheComparison.KEYS_MAX
        && waiting.element().settlesAtNanos() - System.nanoTime() <= 0) {
      due.add(waiting.remove().doubt());
    }
    List<Doubt> standing = comparison.standing(view, due);
    stale += standing.size();
    inFlight += due.size() - standing.size();
    if (!standing.isEmpty()) {
      onStale.accept(standing);
    }
  }
}
