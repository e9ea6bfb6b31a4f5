package dev.freshet.config;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * How hard the read path may work.
 *
 * @param concurrency how many load statements run at once
 * @param waitingMax how many reads may wait for a load, their own or another's; further misses fail
 *     at once
 * @param batchMax how many keys one load statement may ask for
 * @param keysPerSecond how many keys all loads together may ask for in a second; empty for no bound
 * @param nearCache what is kept in the process; empty for nothing
 */
public record LoaderConfig(
    int concurrency,
    int waitingMax,
    int batchMax,
    OptionalInt keysPerSecond,
    Optional<NearCacheConfig> nearCache) {
  public static final LoaderConfig DEFAULT =
      new LoaderConfig(4, 10_000, 500, OptionalInt.empty(), Optional.empty());

  static LoaderConfig read(Section section) {
    return new LoaderConfig(
        section.orDefault("concurrency", Values.wholeNumber(1, 1_000), DEFAULT.concurrency),
        section.orDefault("waiting-max", Values.wholeNumber(1, 10_000_000), DEFAULT.waitingMax),
        section.orDefault("batch-max", Values.wholeNumber(1, 10_000), DEFAULT.batchMax),
        section
            .optional("keys-per-second", Values.wholeNumber(1, 100_000_000))
            .map(OptionalInt::of)
            .orElseGet(OptionalInt::empty),
        section.section("near-cache").map(NearCacheConfig::read));
  }
}
