package dev.freshet.loading;

import static dev.freshet.loading.Step.settle;

import dev.freshet.codec.CacheRecord;
import dev.freshet.lifecycle.OncePerInterval;
import dev.freshet.loading.Feature.Source;
import dev.freshet.loading.FeatureStore.LeaseReply;
import dev.freshet.loading.FeatureStore.LookUp;
import dev.freshet.loading.FeatureStore.ViewState;
import dev.freshet.loading.LoadFailedException.Kind;
import dev.freshet.loading.LoadListener.RefusedFill;
import dev.freshet.view.FeatureView;
import dev.freshet.view.KeyTemplate;
import dev.freshet.view.WhenBehind;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The read path: look up → hit, or lease → load → fill.
 *
 * <p>All branches are in {@link #answer} and {@link #answerWithoutHit}; what they call is straight.
 * No method blocks.
 *
 * <p>A read that is no hit takes a place before it does anything else, and leaves it with its
 * reply: no queue, flight or timer holds more reads than there are places.
 *
 * <p>A flight may be joined only through the lease that the caller's own look-up returned (see the
 * package). {@code flights} is therefore found by the lease's token, never by the key.
 */
final class ReadThroughCache {
  private static final Logger log = LoggerFactory.getLogger("freshet.loading");

  private static final Duration WARNING_INTERVAL = Duration.ofSeconds(10);
  private static final long POLL_MS_MIN = 4;
  private static final long POLL_MS_MAX = 50;

  private final FeatureStore store;
  private final Map<String, LoadBatcher> batchers;
  private final LoadListener listener;
  private final LoaderSettings settings;
  private final ScheduledExecutorService timer;
  private final RandomGenerator random;
  private final RecordBook records;
  private final LongSupplier nanoTime;
  private final OncePerInterval warnings;
  private final Semaphore places;
  private final Map<ByteBuffer, Flight> flights = new ConcurrentHashMap<>();

  ReadThroughCache(
      FeatureStore store,
      Map<String, LoadBatcher> batchers,
      LoadListener listener,
      ViewDictionaries dictionaries,
      LoaderSettings settings,
      ScheduledExecutorService timer,
      RandomGenerator random,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.store = store;
    this.batchers = Map.copyOf(batchers);
    this.listener = listener;
    this.settings = settings;
    this.timer = timer;
    this.random = random;
    this.records = new RecordBook(listener, dictionaries, random, clock);
    this.nanoTime = nanoTime;
    this.places = new Semaphore(settings.waitingMax());
    this.warnings = new OncePerInterval(WARNING_INTERVAL, nanoTime);
  }

  /** Answers some reads of one view with one look-up. */
  void answer(FeatureView view, List<Read> reads) {
    List<Read> cacheable =
        reads.stream().filter(read -> KeyTemplate.isCacheable(read.cacheKey())).toList();
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
    tellFailure(read, overloaded);
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
    Optional<Feature> hit =
        found
            .state()
            .flatMap(state -> records.usable(view, read.key(), state, record, !found.isFresh()));
    if (hit.isEmpty()) {
      return false;
    }
    tellHit(view, hit.get());
    read.reply().complete(hit.get());
    return true;
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
    Flight ours = record instanceof CacheRecord.Lease lease ? flights.get(lease.token()) : null;
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
            takeOff(read, Flight.under(token, granted.state()));
          } else if (reply instanceof LeaseReply.Held held
              && held.record() instanceof CacheRecord.Lease) {
            lookAgain(read, pollMs);
          } else if (reply instanceof LeaseReply.Held held) {
            handOutOrLoad(read, held.record());
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
   * Somebody filled the key between look-up and lease; the script has compared version and epoch.
   */
  private void handOutOrLoad(Read read, CacheRecord record) {
    Optional<Feature> hit = records.decoded(read.view(), read.key(), record, false);
    if (hit.isPresent()) {
      read.reply().complete(hit.get());
    } else {
      loadAlone(read);
    }
  }

  private void takeOff(Read read, Flight flight) {
    flights.put(flight.token(), flight);
    join(read, flight);
    batcher(read)
        .add(
            read.key(),
            new LoadBatcher.Waiter() {
              @Override
              public void loaded(byte @Nullable [] json, @Nullable String generation) {
                Runnable land =
                    () -> {
                      flights.remove(flight.token());
                      flight.landed().complete(Optional.ofNullable(json));
                    };
                settle(
                    tryToFill(read, flight, json, generation),
                    isStored -> land.run(),
                    e -> land.run());
              }

              @Override
              public void failed(RuntimeException why) {
                flights.remove(flight.token());
                tellFailure(read, why);
                flight.landed().completeExceptionally(why);
                giveBack(read, flight);
              }
            });
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
                tellFailure(read, why);
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
                : Feature.of(key, json, Source.POSTGRES, false));
  }

  private CompletableFuture<Boolean> tryToFill(
      Read read, Flight flight, byte @Nullable [] json, @Nullable String generation) {
    try {
      return fill(read, flight, json, generation);
    } catch (RuntimeException | LinkageError e) { // what its codec cannot write is handed out
      if (warnings.isDue(read.view().name() + " encode")) {
        log.warn("view {}: the codec {} failed", read.view().name(), read.view().codec(), e);
      }
      listener.failed(read.view().name(), "encode");
      giveBack(read, flight);
      return CompletableFuture.failedFuture(e);
    }
  }

  private CompletableFuture<Boolean> fill(
      Read read, Flight flight, byte @Nullable [] json, @Nullable String generation) {
    FeatureView view = read.view();
    ViewState state = flight.state();
    if (!state.generation().equals(generation)) {
      return refuse(read, flight, RefusedFill.OTHER_GENERATION);
    }
    byte[] record = records.write(view, state, json);
    if (record.length > LoaderSettings.RECORD_BYTES_MAX) {
      return refuse(read, flight, RefusedFill.TOO_LARGE);
    }
    Duration ttl = records.ttl(view, json);
    return store
        .fill(read.cacheKey(), flight.token().array(), record, ttl)
        .whenComplete((isStored, away) -> tellFill(view, isStored, away));
  }

  private CompletableFuture<Boolean> refuse(Read read, Flight flight, RefusedFill why) {
    listener.fillRefused(read.view().name(), why);
    giveBack(read, flight);
    return CompletableFuture.completedFuture(false);
  }

  /** Best effort: a lease that stays only makes others wait until it expires. */
  private void giveBack(Read read, Flight flight) {
    settle(
        store.release(read.cacheKey(), flight.token().array()),
        isGone -> {},
        away -> listener.failed(read.view().name(), "redis_away"));
  }

  private void tellFill(FeatureView view, @Nullable Boolean isStored, @Nullable Throwable away) {
    if (away != null) {
      listener.fillRefused(view.name(), RefusedFill.REDIS_AWAY);
    } else if (Boolean.TRUE.equals(isStored)) {
      listener.filled(view.name());
    } else {
      listener.fillRefused(view.name(), RefusedFill.LEASE_GONE);
    }
  }

  private void tellHit(FeatureView view, Feature hit) {
    if (hit.isAbsent()) {
      listener.absenceHit(view.name());
    } else {
      listener.hit(view.name());
    }
  }

  private void tellFailure(Read read, RuntimeException why) {
    String view = read.view().name();
    String kind =
        why instanceof LoadFailedException failure
            ? failure.kind().name().toLowerCase(Locale.ROOT)
            : "malformed_key";
    listener.failed(view, kind);
    if (why instanceof LoadFailedException && warnings.isDue(view + " " + kind)) {
      log.warn("load failed kind={}: {}", kind, why.getMessage());
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
