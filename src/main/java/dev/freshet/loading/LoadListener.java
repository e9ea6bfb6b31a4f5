package dev.freshet.loading;

import java.time.Duration;

/** Is told what the read path does. Calls are frequent and must be cheap and never throw. */
public interface LoadListener {
  /** Does nothing. */
  LoadListener NONE = new LoadListener() {};

  /** A document or an absence was found in the near cache. */
  default void nearHit(String view) {}

  /** A look-up found a document. */
  default void hit(String view) {}

  /** A look-up found that the entity is absent. */
  default void absenceHit(String view) {}

  /** A look-up found the old value of an entity that is being refreshed, and handed it out. */
  default void staleHit(String view) {}

  /** A look-up found nothing usable. */
  default void miss(String view) {}

  /** A read was answered although the freshness lease had run out. */
  default void behind(String view) {}

  /**
   * A batch was loaded.
   *
   * @param keys how many were asked for
   * @param absent how many of them have no entity
   * @param took from sending the statement to its reply
   */
  default void loaded(String view, int keys, int absent, Duration took) {}

  /** The daemon began to load a cached entity anew because it has changed. */
  default void refreshing(String view) {}

  /** A fill was stored. */
  default void filled(String view) {}

  /** A loaded value was not stored. */
  default void fillRefused(String view, RefusedFill why) {}

  /** A read or a part of it failed. */
  default void failed(String view, String kind) {}

  /** Some keys that the cache held were compared with the database. */
  default void inspected(String view, int keys) {}

  /** The inspector found that a key still holds what had been replaced so long before. */
  default void stale(String view, StaleAfter after) {}

  /** How long a key was seen to hold what had been replaced. */
  enum StaleAfter {
    TWO_SECONDS(Duration.ofSeconds(2)),
    A_MINUTE(Duration.ofSeconds(60));

    private final Duration time;

    StaleAfter(Duration time) {
      this.time = time;
    }

    public Duration time() {
      return time;
    }

    /** The time as the label {@code after} of the metric {@code freshet_stale_total} says it. */
    public String label() {
      return time.toSeconds() + "s";
    }
  }

  /** Why a loaded value was not stored. */
  enum RefusedFill {
    /** The key no longer held the lease: evicted, deleted, dropped or expired. */
    LEASE_GONE,
    /** The database that answered is not the one whose changes reach this cache. */
    OTHER_GENERATION,
    /** There is no whole chain, or it has another definition of the view. */
    NO_CHAIN,
    /** The document is too large to be cached. */
    TOO_LARGE,
    /** The cache did not answer. */
    REDIS_AWAY
  }
}
