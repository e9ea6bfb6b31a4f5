package dev.freshet.config;

/**
 * What the daemon does about dictionaries by itself.
 *
 * @param trainOnStart whether it trains one for each view that could use one and has none
 */
public record DictionariesConfig(boolean trainOnStart) {
  public static final DictionariesConfig DEFAULT = new DictionariesConfig(false);

  static DictionariesConfig read(Section section) {
    return new DictionariesConfig(
        section.orDefault("train-on-start", Values::trueOrFalse, DEFAULT.trainOnStart));
  }
}
