package dev.freshet.eviction;

import java.util.OptionalLong;

/**
 * Whether the change log has room: while it is full, triggers write nothing to it.
 *
 * @param opening the number of the opening since which it has been open, which no other opening
 *     has; empty while it is full
 */
public record Overflow(OptionalLong opening) {
  private static final String FULL = "full";

  public static final Overflow IS_FULL = new Overflow(OptionalLong.empty());

  public static Overflow openSince(long opening) {
    return new Overflow(OptionalLong.of(opening));
  }

  public boolean isFull() {
    return opening.isEmpty();
  }

  /** What a chain that knows of it holds. */
  String mark() {
    return opening.isPresent() ? Long.toString(opening.getAsLong()) : FULL;
  }

  /** Whether a chain knows of it. */
  boolean isKnownTo(Chain.State seen) {
    return mark().equals(seen.fields().get(Chain.Field.OVERFLOW));
  }

  /** Whether a chain was started while changes were missing from the log. */
  static boolean isFullTo(Chain.State seen) {
    return IS_FULL.isKnownTo(seen);
  }
}
