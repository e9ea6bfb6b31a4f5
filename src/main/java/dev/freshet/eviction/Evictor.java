package dev.freshet.eviction;

import dev.freshet.change.Change;
import dev.freshet.change.History;
import dev.freshet.change.PgSnapshot;
import dev.freshet.codec.CacheRecord;
import dev.freshet.eviction.WatchRules.Rule;
import dev.freshet.lifecycle.ServerUnavailableException.Server;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import dev.freshet.view.KeyTemplate;
import java.time.Duration;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies changes to Redis: plans them, maps them, deletes, sweeps.
 *
 * <p>Each method takes the chain as it was read and returns it as its last write left it. A method
 * that throws has left the old position behind, so that all of it is done again.
 */
final class Evictor {
  private static final Logger log = LoggerFactory.getLogger("freshet.eviction");

  private final ChangeSource source;
  private final Chain chain;
  private final KeyResolver resolver;
  private final Refresher refresher;
  private final EvictionListener listener;
  private final RandomGenerator random;
  private final LongSupplier nanoTime;
  private final ServerCalls calls;

  Evictor(
      ChangeSource source,
      Chain chain,
      KeyResolver resolver,
      Refresher refresher,
      EvictionListener listener,
      RandomGenerator random,
      LongSupplier nanoTime) {
    this.source = source;
    this.chain = chain;
    this.resolver = resolver;
    this.refresher = refresher;
    this.listener = listener;
    this.random = random;
    this.nanoTime = nanoTime;
    this.calls = new ServerCalls(listener, nanoTime);
  }

  /**
   * What came of a batch.
   *
   * @param changes how many rows of the change log it had
   */
  record Applied(Chain.State state, long changes) {}

  /**
   * Applies a batch.
   *
   * @param sweepFirst views whose definition in the chain is not theirs
   */
  Applied apply(
      Chain.State state,
      PgSnapshot since,
      ChangeSource.Batch batch,
      WatchRules rules,
      Collection<FeatureView> sweepFirst) {
    long beganNanos = nanoTime.getAsLong();
    Attempt attempt = new Attempt(chain, refresher, calls, newId(16), state, false, since);
    for (FeatureView view : sweepFirst) {
      sweep(attempt, view, rules);
    }
    long changes = 0;
    Iterator<List<Change>> pieces = batch.changes();
    while (hasNext(pieces)) {
      List<Change> piece = pieces.next();
      changes += piece.size();
      listener.backlog(oldest(piece), piece.size());
      apply(attempt, EvictionPlan.of(piece, rules), rules);
      Runnable tell = () -> tellApplied(piece, rules, beganNanos);
      if (hasNext(pieces)) {
        attempt.flush(tell);
      } else {
        attempt.finish(batch.position(), tell);
      }
    }
    attempt.settle();
    return new Applied(attempt.state(), changes);
  }

  private boolean hasNext(Iterator<List<Change>> pieces) {
    return calls.time(Server.POSTGRES, pieces::hasNext);
  }

  /** Starts the chain anew: every view is swept, and the position is one taken before. */
  Chain.State startAnew(
      Chain.State state,
      ChangeSource.Reading reading,
      History history,
      String generation,
      Collection<FeatureView> views,
      WatchRules rules) {
    PgSnapshot position = reading.snapshot();
    Overflow overflow = rules.isLogFull() ? Overflow.IS_FULL : reading.overflow();
    Attempt attempt = new Attempt(chain, refresher, calls, newId(16), state, true, position);
    attempt.set(Chain.Field.GENERATION, generation);
    attempt.set(Chain.Field.HISTORY, history.toString());
    attempt.set(Chain.Field.OVERFLOW, overflow.mark());
    for (FeatureView view : views) {
      renew(attempt, view, rules);
    }
    attempt.flush();
    attempt.settle();
    for (FeatureView view : views) {
      deleteAll(attempt, view);
    }
    attempt.finish(position, () -> {});
    return attempt.state();
  }

  private void apply(Attempt attempt, EvictionPlan plan, WatchRules rules) {
    for (FeatureView view : plan.wholeViews()) {
      sweep(attempt, view, rules);
    }
    plan.entities().forEach((view, keys) -> evict(attempt, view, keys, rules));
    for (Map.Entry<Rule.Mapped, Set<EntityKey>> unmapped : plan.unmapped().entrySet()) {
      Rule.Mapped mapped = unmapped.getKey();
      try {
        Set<EntityKey> resolved =
            calls.time(
                Server.POSTGRES,
                () -> resolver.resolve(mapped.view(), mapped.watch(), unmapped.getValue()));
        evict(attempt, mapped.view(), resolved, rules);
      } catch (KeyResolver.KeysQueryFailedException e) {
        log.warn("keys query failed, sweeping view={}: {}", mapped.view().name(), e.getMessage());
        listener.failed("keys_query");
        sweep(attempt, mapped.view(), rules);
      }
    }
  }

  /** Refreshes where the view says so, unless no loader may fill it now either. */
  private void evict(
      Attempt attempt, FeatureView view, Collection<EntityKey> keys, WatchRules rules) {
    boolean refreshes =
        view.onChange().refreshes() && rules.definition(view).equals(view.definitionHash());
    for (EntityKey key : keys) {
      String cacheKey = view.key().cacheKey(key);
      if (!KeyTemplate.isCacheable(cacheKey)) {
        continue;
      }
      if (refreshes) {
        attempt.refresh(view, key, newToken());
      } else {
        attempt.delete(cacheKey);
      }
    }
  }

  /**
   * What changed the view may have changed its tables' shape too, as TRUNCATE does: the sweep is
   * for the shape that they have now.
   */
  private void sweep(Attempt attempt, FeatureView view, WatchRules rules) {
    renew(attempt, view, source.watchRules().whileLogIsFull(rules.isLogFull()));
    attempt.flush();
    attempt.settle();
    deleteAll(attempt, view);
  }

  /** A new epoch makes the view's older records misses at once. */
  private void renew(Attempt attempt, FeatureView view, WatchRules rules) {
    attempt.set(Chain.Field.epoch(view.name()), newId(8));
    attempt.set(Chain.Field.definition(view.name()), rules.definition(view));
    attempt.set(Chain.Field.shape(view.name()), rules.shape(view));
  }

  private void deleteAll(Attempt attempt, FeatureView view) {
    long beganNanos = nanoTime.getAsLong();
    long deletedBefore = attempt.deleted();
    try (Chain.KeyScan scan = chain.scan(view.key().scanPattern())) {
      while (scan.hasNext()) {
        scan.next().forEach(attempt::delete);
      }
    }
    attempt.flush();
    attempt.settle();
    Duration took = Duration.ofNanos(nanoTime.getAsLong() - beganNanos);
    long deleted = attempt.deleted() - deletedBefore;
    listener.swept(view.name(), deleted, took);
    log.info("swept view={} keys={} took_ms={}", view.name(), deleted, took.toMillis());
  }

  private static Duration oldest(List<Change> changes) {
    return Duration.ofMillis(changes.stream().mapToLong(Change::ageMs).max().orElse(0));
  }

  private void tellApplied(List<Change> piece, WatchRules rules, long beganNanos) {
    long sinceReadMs = (nanoTime.getAsLong() - beganNanos) / 1_000_000;
    for (Change change : piece) {
      Rule rule = rules.of(change.watchId());
      if (rule != null && !(rule instanceof Rule.Nothing)) {
        String view = EvictionPlan.viewOf(rule).name();
        listener.applied(view, Duration.ofMillis(change.ageMs() + sinceReadMs));
        if (change.keyless() > 0) {
          listener.keyless(view, change.keyless());
        }
      }
    }
  }

  private byte[] newToken() {
    byte[] token = new byte[CacheRecord.TOKEN_BYTES];
    random.nextBytes(token);
    return token;
  }

  private String newId(int hexDigits) {
    byte[] id = new byte[hexDigits / 2];
    random.nextBytes(id);
    return HexFormat.of().formatHex(id);
  }
}
