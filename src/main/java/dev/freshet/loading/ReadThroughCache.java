package dev.freshet.loading;

import static dev.freshet.loading.Step.settle;

import dev.freshet.codec.CacheRecord;
import dev.freshet.codec.packed.Document;
import dev.freshet.loading.Feature.Source;
import dev.freshet.loading.FeatureStore.LeaseReply;
import dev.freshet.loading.FeatureStore.LookUp;
import dev.freshet.loading.FeatureStore.ViewState;
import dev.freshet.loading.LoadFailedException.Kind;
import dev.freshet.loading.LoadListener.RefusedFill;
import dev.freshet.nearcache.NearCache;
import dev.freshet.view.FeatureView;
import dev.freshet.view.KeyTemplate;
import dev.freshet.view.WhenBehind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The read path: near cache → look up → hit, or lease → load → fill.
 *
 * <p>All branches are in {@link #answer} and {@link #answerWithoutHit}; what they call is straight.
 * No method blocks.
 *
 * <p>A read that is no hit takes a place before it does anything else, and leaves it with its
 * reply: no queue, flight or timer holds more reads than there are places.
 *
 * <p>A flight may be joined only through the lease that the caller's own look-up returned (see the
 * package): {@link Flights} are found by a lease's token, never by a key.
 */
final class ReadThroughCache {
  private static final long POLL_MS_MIN = 4;
  private static final long POLL_MS_MAX = 50;

  private final NearCache<Feature> near;
  private final FeatureStore store;
  private final Map<String, LoadBatcher> batchers;
  private final Flights flights;
  private final RecordBook records;
  private final LoadFailures failures;
  private final LoadListener listener;
  private final LoaderSettings settings;
  private final ScheduledExecutorService timer;
  private final RandomGenerator random;
  private final LongSupplier nanoTime;
  private final Semaphore places;

  ReadThroughCache(
      NearCache<Feature> near,
      FeatureStore store,
      Map<String, LoadBatcher> batchers,
      Flights flights,
      RecordBook records,
      LoadFailures failures,
      LoadListener listener,
      LoaderSettings settings,
      ScheduledExecutorService timer,
      RandomGenerator random,
      LongSupplier nanoTime) {
    this.near = near;
    this.store = store;
    this.batchers = Map.copyOf(batchers);
    this.flights = flights;
    this.records = records;
    this.failures = failures;
    this.listener = listener;
    this.settings = settings;
    this.timer = timer;
    this.random = random;
    this.nanoTime = nanoTime;
    this.places = new Semaphore(settings.waitingMax());
  }

  /** Answers some reads of one view, with one look-up at most. */
  void answer(FeatureView view, List<Read> reads) {
    List<Read> cacheable =
        reads.stream()
            .filter(read -> KeyTemplate.isCacheable(read.cacheKey()) && !isNear(read))
            .toList();
    reads.stream()
        .filter(read -> !KeyTemplate.isCacheable(read.cacheKey()))
        .forEach(read -> ifAdmitted(read, this::loadAlone));
    if (cacheable.isEmpty()) {
      return;
    }
    settle(
        store.lookUp(view, cacheable.stream().map(Read::cacheKey).toList()),
        found -> {
          for (int i = 0; i < cacheable.size(); i++) {
            CacheRecord record = found.records().get(i);
            if (!isAnswered(cacheable.get(i), found, record)) {
              ifAdmitted(
                  cacheable.get(i), read -> answerWithoutHit(read, found, record, POLL_MS_MIN));
            }
          }
        },
        away -> {
          listener.failed(view.name(), "redis_away");
          cacheable.forEach(read -> ifAdmitted(read, this::loadAlone));
        });
  }

  /** Answers a read from the near cache, if it can. */
  private boolean isNear(Read read) {
    Feature found = near.get(read.cacheKey());
    if (found == null) {
      return false;
    }
    listener.nearHit(read.view().name());
    read.reply().complete(kept(read, found).handedOut());
    return true;
  }

  /** What the near cache has from now on of what it had. */
  private Feature kept(Read read, Feature found) {
    if (!found.isJsonWanted()) {
      return found;
    }
    Feature withJson = found.asNearJson();
    near.replace(read.cacheKey(), found, withJson);
    return withJson;
  }

  /** Goes on with a read that has to wait, if there is a place for it; else it fails. */
  private void ifAdmitted(Read read, Consumer<Read> goOn) {
    if (places.tryAcquire()) {
      goOn.accept(read.thatThen(places::release));
      return;
    }
    LoadFailedException overloaded =
        new LoadFailedException(
            Kind.OVERLOADED,
            "view %s: %d reads are waiting for loads already"
                .formatted(read.view().name(), settings.waitingMax()),
            null);
    failures.tell(read.view(), overloaded);
    read.reply().completeExceptionally(overloaded);
  }

  /** Answers a read by a hit, if it is one. */
  private boolean isAnswered(Read read, LookUp found, @Nullable CacheRecord record) {
    FeatureView view = read.view();
    if (!found.isFresh()) {
      listener.behind(view.name());
    }
    if (bypasses(view, found)) {
      return false;
    }
    if (found.state().isEmpty()) {
      return false;
    }
    ViewState state = found.state().get();
    Optional<Feature> hit = records.usable(view, read.key(), state, record, !found.isFresh());
    Optional<Feature> stale = records.stale(view, read.key(), state, record);
    hit.ifPresent(feature -> tellHit(view, feature));
    hit.filter(feature -> !feature.mayBeBehind())
        .ifPresent(feature -> near.put(read.cacheKey(), read.nearStamp(), feature.asNear()));
    stale.ifPresent(feature -> listener.staleHit(view.name()));
    return hit.or(() -> stale).map(read.reply()::complete).isPresent();
  }

  private static boolean bypasses(FeatureView view, LookUp found) {
    return !found.isFresh() && view.whenBehind() == WhenBehind.BYPASS;
  }

  private void answerWithoutHit(
      Read read, LookUp found, @Nullable CacheRecord record, long pollMs) {
    if (bypasses(read.view(), found)) {
      loadAlone(read);
      return;
    }
    Optional<ViewState> state = found.state();
    Flight ours = record instanceof CacheRecord.Lease lease ? flights.under(lease) : null;
    boolean isSomebodysLease = record instanceof CacheRecord.Lease && ours == null;
    if (state.isPresent() && isSomebodysLease && nanoTime.getAsLong() < read.waitUntilNanos()) {
      lookAgain(read, pollMs);
      return;
    }
    listener.miss(read.view().name());
    if (state.isEmpty()) {
      listener.fillRefused(read.view().name(), RefusedFill.NO_CHAIN);
      loadAlone(read);
    } else if (ours != null) {
      join(read, ours);
    } else if (isSomebodysLease) {
      loadAlone(read);
    } else {
      lease(read, pollMs);
    }
  }

  private void lookAgain(Read read, long pollMs) {
    var unused =
        timer.schedule(
            () ->
                settle(
                    store.lookUp(read.view(), List.of(read.cacheKey())),
                    found -> {
                      CacheRecord record = found.records().get(0);
                      if (!isAnswered(read, found, record)) {
                        answerWithoutHit(read, found, record, Math.min(POLL_MS_MAX, pollMs * 2));
                      }
                    },
                    away -> loadAlone(read)),
            pollMs,
            TimeUnit.MILLISECONDS);
  }

  private void lease(Read read, long pollMs) {
    byte[] token = new byte[CacheRecord.TOKEN_BYTES];
    random.nextBytes(token);
    settle(
        store.lease(read.view(), read.cacheKey(), token, settings.leaseTime()),
        reply -> {
          if (reply instanceof LeaseReply.Granted granted) {
            takeOff(read, Flight.of(read.view(), read.key(), token, granted.state(), null));
          } else if (reply instanceof LeaseReply.Held held
              && held.record() instanceof CacheRecord.Lease) {
            lookAgain(read, pollMs);
          } else if (reply instanceof LeaseReply.Held) {
            lookUpOrLoad(read);
          } else {
            listener.fillRefused(read.view().name(), RefusedFill.NO_CHAIN);
            loadAlone(read);
          }
        },
        away -> {
          listener.failed(read.view().name(), "redis_away");
          loadAlone(read);
        });
  }

  /**
   * A value has come into the key between look-up and lease: somebody's fill, or older data that
   * the server has taken over meanwhile. So it is looked up like any other.
   */
  private void lookUpOrLoad(Read read) {
    settle(
        store.lookUp(read.view(), List.of(read.cacheKey())),
        found -> {
          if (!isAnswered(read, found, found.records().get(0))) {
            loadAlone(read);
          }
        },
        away -> loadAlone(read));
  }

  private void takeOff(Read read, Flight flight) {
    join(read, flight);
    flights.takeOff(flight, batcher(read));
  }

  private void join(Read read, Flight flight) {
    settle(
        flight.landed(),
        json -> complete(read, json.orElse(null)),
        why -> read.reply().completeExceptionally(why));
  }

  /** Loads for one caller, who keeps the value to himself. */
  private void loadAlone(Read read) {
    batcher(read)
        .add(
            read.key(),
            new LoadBatcher.Waiter() {
              @Override
              public void loaded(byte @Nullable [] json, @Nullable String generation) {
                complete(read, json);
              }

              @Override
              public void failed(RuntimeException why) {
                failures.tell(read.view(), why);
                read.reply().completeExceptionally(why);
              }
            });
  }

  private static void complete(Read read, byte @Nullable [] json) {
    String key = read.key().text();
    read.reply()
        .complete(
            json == null
                ? Feature.absent(key, Source.POSTGRES, false)
                : Feature.of(key, Document.ofJson(json), Source.POSTGRES, false));
  }

  private void tellHit(FeatureView view, Feature hit) {
    if (hit.isAbsent()) {
      listener.absenceHit(view.name());
    } else {
      listener.hit(view.name());
    }
  }

  private LoadBatcher batcher(Read read) {
    LoadBatcher batcher = batchers.get(read.view().name());
    if (batcher == null) {
      throw new IllegalArgumentException("no view " + read.view().name());
    }
    return batcher;
  }
}
