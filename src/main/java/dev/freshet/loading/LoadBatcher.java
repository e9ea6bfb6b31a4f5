package dev.freshet.loading;

import dev.freshet.loading.LoadFailedException.Kind;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gathers one view's misses into statements.
 *
 * <p>A lone miss is loaded at once. While all statements that the view may have are running,
 * further misses gather, and the next statement asks for all of them. A key is in a statement only
 * if it was added before the statement is sent.
 *
 * <p>Where the rate of keys is bounded, misses gather until some may be loaded again.
 *
 * <p>Who adds a key has a place among the reads that may wait ({@link ReadThroughCache}): that
 * bounds how many gather.
 */
final class LoadBatcher {

  /** Is told how the load of one key ended; exactly one of the methods is called, once. */
  interface Waiter {
    /**
     * Takes what the statement returned for the key.
     *
     * @param json the document; null if there is no such entity
     * @param generation of the database that was read; null if it has none
     */
    void loaded(byte @Nullable [] json, @Nullable String generation);

    void failed(RuntimeException why);
  }

  private record Request(EntityKey key, Waiter waiter, long giveUpNanos) {}

  private final FeatureView view;
  private final FeatureSource source;
  private final LoadListener listener;
  private final LoaderSettings settings;
  private final LoadRate rate;
  private final Executor loading;
  private final ScheduledExecutorService timer;
  private final LongSupplier nanoTime;

  private final Object lock = new Object();
  private final Queue<Request> queue = new ArrayDeque<>();
  private int running;
  private boolean isPaused;

  /**
   * @param rate how many keys may be loaded, shared with the loader's other views
   * @param loading runs the statements
   * @param timer begins again when the rate allows it
   */
  LoadBatcher(
      FeatureView view,
      FeatureSource source,
      LoadListener listener,
      LoaderSettings settings,
      LoadRate rate,
      Executor loading,
      ScheduledExecutorService timer,
      LongSupplier nanoTime) {
    this.view = view;
    this.source = source;
    this.listener = listener;
    this.settings = settings;
    this.rate = rate;
    this.loading = loading;
    this.timer = timer;
    this.nanoTime = nanoTime;
  }

  /** Adds a key to the next statement. */
  void add(EntityKey key, Waiter waiter) {
    long giveUpNanos = nanoTime.getAsLong() + settings.loadDeadline().toNanos();
    synchronized (lock) {
      queue.add(new Request(key, waiter, giveUpNanos));
    }
    runIfNeeded();
  }

  private void runIfNeeded() {
    synchronized (lock) {
      if (queue.isEmpty() || isPaused || running == settings.statementsMax()) {
        return;
      }
      running++;
    }
    try {
      loading.execute(this::runOne);
    } catch (RejectedExecutionException closed) {
      failAll(
          take(Integer.MAX_VALUE),
          new LoadFailedException(Kind.CLOSED, "the loader is closed", closed));
      ended();
    }
  }

  private void runOne() {
    try {
      failLate();
      List<Request> requests = takeWithinRate();
      if (!requests.isEmpty()) {
        load(requests);
      }
    } finally {
      ended();
      runIfNeeded();
    }
  }

  private void failLate() {
    List<Request> late = new ArrayList<>();
    synchronized (lock) {
      long now = nanoTime.getAsLong();
      while (!queue.isEmpty() && queue.element().giveUpNanos() - now <= 0) {
        late.add(queue.remove());
      }
    }
    if (late.isEmpty()) {
      return;
    }
    failAll(
        late,
        new LoadFailedException(
            Kind.DEADLINE,
            "view %s: the key waited longer than %d ms for a load"
                .formatted(view.name(), settings.loadDeadline().toMillis()),
            null));
  }

  /** Takes what may be loaded now; pauses until something may be if that is nothing. */
  private List<Request> takeWithinRate() {
    synchronized (lock) {
      List<Request> taken = take(rate.take(Math.min(settings.batchKeysMax(), queue.size())));
      if (taken.isEmpty() && !queue.isEmpty() && !isPaused) {
        long untilLate = queue.element().giveUpNanos() - nanoTime.getAsLong();
        isPaused = true;
        try {
          var unused =
              timer.schedule(
                  this::goOn, Math.min(rate.waitNanos(), untilLate), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
          isPaused = false; // whoever runs next is refused too, and fails all
        }
      }
      return taken;
    }
  }

  private void goOn() {
    synchronized (lock) {
      isPaused = false;
    }
    runIfNeeded();
  }

  private void ended() {
    synchronized (lock) {
      running--;
    }
  }

  private List<Request> take(int max) {
    List<Request> taken = new ArrayList<>();
    synchronized (lock) {
      while (taken.size() < max && !queue.isEmpty()) {
        taken.add(queue.remove());
      }
    }
    return taken;
  }

  private void load(List<Request> requests) {
    long beganNanos = nanoTime.getAsLong();
    Set<EntityKey> keys = new LinkedHashSet<>();
    requests.forEach(request -> keys.add(request.key()));
    try {
      FeatureSource.Loaded loaded = source.load(view, keys);
      Duration took = Duration.ofNanos(nanoTime.getAsLong() - beganNanos);
      int found = loaded.documents().size();
      listener.loaded(
          view.name(), keys.size(), keys.size() - found - loaded.failures().size(), took);
      requests.forEach(request -> handOut(request, loaded));
    } catch (RuntimeException e) {
      failAll(requests, e);
    }
  }

  private static void handOut(Request request, FeatureSource.Loaded loaded) {
    RuntimeException failure = loaded.failures().get(request.key());
    if (failure != null) {
      request.waiter().failed(failure);
    } else {
      request.waiter().loaded(loaded.documents().get(request.key()), loaded.generation());
    }
  }

  private static void failAll(List<Request> requests, RuntimeException why) {
    requests.forEach(request -> request.waiter().failed(why));
  }
}
