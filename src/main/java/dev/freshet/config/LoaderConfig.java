package dev.freshet.config;

/**
 * How hard the read path may work.
 *
 * @param concurrency how many load statements run at once
 * @param waitingMax how many reads may wait for a load, their own or another's; further misses fail
 *     at once
 * @param batchMax how many keys one load statement may ask for
 */
public record LoaderConfig(int concurrency, int waitingMax, int batchMax) {
  public static final LoaderConfig DEFAULT = new LoaderConfig(4, 10_000, 500);

  static LoaderConfig read(Section section) {
    return new LoaderConfig(
        section.orDefault("concurrency", Values.wholeNumber(1, 1_000), DEFAULT.concurrency),
        section.orDefault("waiting-max", Values.wholeNumber(1, 10_000_000), DEFAULT.waitingMax),
        section.orDefault("batch-max", Values.wholeNumber(1, 10_000), DEFAULT.batchMax));
  }
}
