package dev.freshet.codec;

import java.util.Optional;

/** The dictionaries of one view that are at hand. Calls never block and never fail. */
public interface Dictionaries {
  /** No dictionary at all. */
  Dictionaries NONE =
      new Dictionaries() {
        @Override
        public <D extends Dictionary> Optional<D> newest(Class<D> type) {
          return Optional.empty();
        }

        @Override
        public <D extends Dictionary> Optional<D> find(Class<D> type, long number) {
          return Optional.empty();
        }
      };

  /** The dictionary of a codec to write with; empty: write without one. */
  <D extends Dictionary> Optional<D> newest(Class<D> type);

  /** The dictionary that a payload names; empty if it is not known, or not known yet. */
  <D extends Dictionary> Optional<D> find(Class<D> type, long number);

  /** This one alone, to write with and to read with. */
  static Dictionaries of(Dictionary dictionary) {
    return new Dictionaries() {
      @Override
      public <D extends Dictionary> Optional<D> newest(Class<D> type) {
        return Optional.of(dictionary).filter(type::isInstance).map(type::cast);
      }

      @Override
      public <D extends Dictionary> Optional<D> find(Class<D> type, long number) {
        return newest(type).filter(known -> known.number() == number);
      }
    };
  }
}
