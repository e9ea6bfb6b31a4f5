package dev.freshet.eviction;

import java.time.Duration;

/**
 * What the eviction loop needs to know.
 *
 * @param chainName the name of the chain in Postgres, for leadership
 * @param mode how writers wake the daemon
 * @param pollEvery how often the change log is looked into without a ring
 * @param beatEvery how often the freshness lease is renewed
 * @param adopt whether a chain of another database may be taken over
 */
public record LoopSettings(
    String chainName, RingMode mode, Duration pollEvery, Duration beatEvery, boolean adopt) {

  /** How long the freshness lease lasts after the read that it speaks of began. */
  static final Duration FRESHNESS = Duration.ofSeconds(2);

  public LoopSettings {
    if (beatEvery.multipliedBy(2).compareTo(FRESHNESS) > 0) {
      throw new IllegalArgumentException(
          "a beat every %s does not keep a lease of %s".formatted(beatEvery, FRESHNESS));
    }
  }
}
