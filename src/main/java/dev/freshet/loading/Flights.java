package dev.freshet.loading;

import static dev.freshet.loading.Step.settle;

import dev.freshet.codec.CacheRecord;
import dev.freshet.loading.LoadListener.RefusedFill;
import dev.freshet.view.FeatureView;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The flights of this process, from the lease to the fill.
 *
 * <p>A flight that fills nothing gives its lease back, so that nobody waits for it.
 */
final class Flights {
  private final FeatureStore store;
  private final RecordBook records;
  private final LoadFailures failures;
  private final LoadListener listener;
  private final Map<ByteBuffer, Flight> underWay = new ConcurrentHashMap<>();

  Flights(FeatureStore store, RecordBook records, LoadFailures failures, LoadListener listener) {
    this.store = store;
    this.records = records;
    this.failures = failures;
    this.listener = listener;
  }

  /** The flight under a lease; null if the lease is not this process' or has landed. */
  @Nullable Flight under(CacheRecord.Lease lease) {
    return underWay.get(lease.token());
  }

  /** Loads with the batcher's next statement, and fills; {@link Flight#landed()} tells the end. */
  void takeOff(Flight flight, LoadBatcher batcher) {
    underWay.put(flight.token(), flight);
    batcher.add(
        flight.key(),
        new LoadBatcher.Waiter() {
          @Override
          public void loaded(byte @Nullable [] json, @Nullable String generation) {
            Runnable land =
                () -> {
                  underWay.remove(flight.token());
                  flight.landed().complete(Optional.ofNullable(json));
                };
            settle(tryToFill(flight, json, generation), isStored -> land.run(), e -> land.run());
          }

          @Override
          public void failed(RuntimeException why) {
            underWay.remove(flight.token());
            failures.tell(flight.view(), why);
            flight.landed().completeExceptionally(why);
            giveBack(flight);
          }
        });
  }

  private CompletableFuture<Boolean> tryToFill(
      Flight flight, byte @Nullable [] json, @Nullable String generation) {
    try {
      return fill(flight, json, generation);
    } catch (RuntimeException | LinkageError e) { // what its codec cannot write is handed out
      failures.tellUnwritable(flight.view(), e);
      giveBack(flight);
      return CompletableFuture.failedFuture(e);
    }
  }

  private CompletableFuture<Boolean> fill(
      Flight flight, byte @Nullable [] json, @Nullable String generation) {
    FeatureView view = flight.view();
    if (!flight.state().generation().equals(generation)) {
      return refuse(flight, RefusedFill.OTHER_GENERATION);
    }
    byte[] record = records.write(view, flight.state(), json);
    if (record.length > LoaderSettings.RECORD_BYTES_MAX) {
      return refuse(flight, RefusedFill.TOO_LARGE);
    }
    Duration ttl = records.ttl(view, json, flight.keepMax());
    return store
        .fill(flight.cacheKey(), flight.token().array(), record, ttl)
        .whenComplete((isStored, away) -> tellFill(view, isStored, away));
  }

  private CompletableFuture<Boolean> refuse(Flight flight, RefusedFill why) {
    listener.fillRefused(flight.view().name(), why);
    giveBack(flight);
    return CompletableFuture.completedFuture(false);
  }

  /** Best effort: a lease that stays only makes others wait until it expires. */
  private void giveBack(Flight flight) {
    settle(
        store.release(flight.cacheKey(), flight.token().array()),
        isGone -> {},
        away -> listener.failed(flight.view().name(), "redis_away"));
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
}
