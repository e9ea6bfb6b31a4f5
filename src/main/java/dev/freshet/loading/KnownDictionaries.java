package dev.freshet.loading;

import dev.freshet.codec.Dictionaries;
import dev.freshet.codec.Dictionary;
import dev.freshet.codec.StoredDictionary;
import dev.freshet.codec.UndecodableException;
import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.view.FeatureView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/**
 * The dictionaries that a loader has met, and how it comes by others.
 *
 * <p>A read never waits for one. A record that names an unknown dictionary is a miss, and the
 * dictionary is asked for in the background, so that a later read can use the record. Each is asked
 * for at most once a second; of all views together so many at a time as {@link #ASKING_MAX} says;
 * what is above that is asked for by a later read.
 *
 * <p>What to write with is asked for by {@link #refresh}. If the source has nothing about a view
 * for a minute, it is written without one: before that it is taken for a cache that was emptied and
 * is about to be told again.
 */
public final class KnownDictionaries implements ViewDictionaries {
  /** Dictionaries of one view that are kept ready; of more the one that came first goes. */
  static final int KEPT_MAX = 32;

  /** Dictionaries that may be being asked for. */
  static final int ASKING_MAX = 16;

  private static final Duration ASK_AGAIN_AFTER = Duration.ofSeconds(1);
  private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(1);

  private final DictionarySource source;
  private final LoadListener listener;
  private final Executor asking;
  private final LongSupplier nanoTime;
  private final Semaphore places = new Semaphore(ASKING_MAX);
  private final Map<String, Shelf> shelves = new LinkedHashMap<>();

  /**
   * @param listener is told of dictionaries that cannot be had or read
   * @param asking runs what asks the source; if in the caller's thread, reads wait for it
   */
  public KnownDictionaries(
      DictionarySource source,
      List<FeatureView> views,
      LoadListener listener,
      Executor asking,
      LongSupplier nanoTime) {
    this.source = source;
    this.listener = listener;
    this.asking = asking;
    this.nanoTime = nanoTime;
    views.forEach(view -> shelves.put(view.name(), new Shelf(view)));
  }

  @Override
  public Dictionaries of(FeatureView view) {
    Shelf shelf = shelves.get(view.name());
    return shelf == null ? Dictionaries.NONE : shelf;
  }

  /**
   * Asks for what to write with, view by view; ends at the first that gets no reply. Blocks. What
   * is known stays in use where there is no reply.
   */
  public void refresh() {
    for (Shelf shelf : shelves.values()) {
      try {
        shelf.refresh();
      } catch (ServerUnavailableException e) {
        listener.failed(shelf.view.name(), "redis_away");
        return;
      }
    }
  }

  /** The dictionaries of one view. */
  private final class Shelf implements Dictionaries {
    private final FeatureView view;
    private final Map<Long, Long> askAgainAtNanos = new LinkedHashMap<>();
    private volatile Map<Long, Dictionary> known = Map.of();
    private volatile List<Dictionary> toWriteWith = List.of();
    private long forgottenAtNanos = nanoTime.getAsLong();

    Shelf(FeatureView view) {
      this.view = view;
    }

    @Override
    public <D extends Dictionary> Optional<D> newest(Class<D> type) {
      return toWriteWith.stream().filter(type::isInstance).map(type::cast).findFirst();
    }

    @Override
    public <D extends Dictionary> Optional<D> find(Class<D> type, long number) {
      if (!known.containsKey(number)) {
        ask(number);
      }
      return Optional.ofNullable(known.get(number)).filter(type::isInstance).map(type::cast);
    }

    private void ask(long number) {
      if (!isDue(number) || !places.tryAcquire()) {
        return;
      }
      try {
        asking.execute(
            () -> {
              try {
                learn(number);
              } catch (ServerUnavailableException e) {
                listener.failed(view.name(), "redis_away");
              } finally {
                places.release();
              }
            });
      } catch (RejectedExecutionException closed) {
        places.release();
      }
    }

    private synchronized boolean isDue(long number) {
      long now = nanoTime.getAsLong();
      askAgainAtNanos.values().removeIf(at -> at - now <= 0);
      if (askAgainAtNanos.containsKey(number) || askAgainAtNanos.size() >= ASKING_MAX) {
        return false;
      }
      askAgainAtNanos.put(number, now + ASK_AGAIN_AFTER.toNanos());
      return true;
    }

    /** Gets a dictionary and keeps it ready; empty if it cannot be had. */
    private Optional<Dictionary> learn(long number) {
      Dictionary before = known.get(number);
      if (before != null) {
        return Optional.of(before);
      }
      Optional<Dictionary> found = source.find(view, number).flatMap(b -> prepared(number, b));
      found.ifPresent(this::keep);
      return found;
    }

    private Optional<Dictionary> prepared(long number, byte[] bytes) {
      try {
        StoredDictionary stored = StoredDictionary.read(bytes);
        if (stored.number() == number) {
          return Optional.of(stored.prepare());
        }
      } catch (UndecodableException e) {
        // Of a later version, or damaged: told below, like one whose bytes are another's.
      }
      listener.failed(view.name(), "bad_dictionary");
      return Optional.empty();
    }

    private synchronized void keep(Dictionary dictionary) {
      Map<Long, Dictionary> all = new LinkedHashMap<>(known);
      all.put(dictionary.number(), dictionary);
      Iterator<Dictionary> oldest = all.values().iterator();
      while (all.size() > KEPT_MAX) {
        if (!toWriteWith.contains(oldest.next())) {
          oldest.remove();
        }
      }
      known = all;
    }

    private void refresh() {
      Map<String, Long> newest = source.newest(view);
      long now = nanoTime.getAsLong();
      if (newest.isEmpty()) {
        if (forgottenAtNanos - now <= 0) {
          toWriteWith = List.of();
        }
        return;
      }
      forgottenAtNanos = now + FORGOTTEN_AFTER.toNanos();
      List<Dictionary> ready = new ArrayList<>();
      newest.values().forEach(number -> learn(number).ifPresent(ready::add));
      toWriteWith = ready;
    }
  }
}
