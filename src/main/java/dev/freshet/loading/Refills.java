package dev.freshet.loading;

import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Loads entities under leases that stand in their keys already, and fills them: the reading half of
 * a refresh.
 *
 * <p>Each view's refills share one statement at a time, so readers' misses are not kept waiting.
 */
public final class Refills {
  /** How many keys may wait for their load or be loaded. */
  public static final int REFILLS_MAX = 10_000;

  private final Map<String, LoadBatcher> batchers;
  private final Flights flights;
  private final LoadListener listener;
  private final LoaderSettings settings;
  private final AtomicInteger underWay = new AtomicInteger();

  /**
   * @param batchers of the views that are refreshed, by their names
   */
  Refills(
      Map<String, LoadBatcher> batchers,
      Flights flights,
      LoadListener listener,
      LoaderSettings settings) {
    this.batchers = Map.copyOf(batchers);
    this.flights = flights;
    this.listener = listener;
    this.settings = settings;
  }

  /** How many more may begin now. */
  public int room() {
    return Math.max(0, REFILLS_MAX - underWay.get());
  }

  /** How long a lease must last that a refill is to find in its key. */
  public Duration leaseTime() {
    return settings.leaseTime();
  }

  /**
   * Loads an entity by a statement that is sent after this call, and fills its key if that still
   * holds the lease. Readers of this process who find the lease wait for it. If the load fails, the
   * lease is given back.
   *
   * @param token of the lease, in an array of its own
   * @param state of the chain when the lease was put into the key
   * @param keepMax how long a value may be kept at most; null for as long as the view says
   */
  public void begin(
      FeatureView view,
      EntityKey key,
      byte[] token,
      FeatureStore.ViewState state,
      @Nullable Duration keepMax) {
    LoadBatcher batcher = batchers.get(view.name());
    if (batcher == null) {
      throw new IllegalArgumentException("view " + view.name() + " is not refreshed");
    }
    Flight flight = Flight.of(view, key, token, state, keepMax);
    underWay.incrementAndGet();
    listener.refreshing(view.name());
    Step.settle(
        flight.landed(), json -> underWay.decrementAndGet(), why -> underWay.decrementAndGet());
    flights.takeOff(flight, batcher);
  }
}
