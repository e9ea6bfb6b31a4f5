package dev.freshet.config;

/**
 * How much of the cache is compared with the database, all the time.
 *
 * @param perSecond how many keys, at most
 */
public record InspectorConfig(int perSecond) {
  private static final int PER_SECOND_DEFAULT = 5;

  static InspectorConfig read(Section section) {
    return new InspectorConfig(
        section.orDefault("per-second", Values.wholeNumber(1, 1_000), PER_SECOND_DEFAULT));
  }
}
