package dev.freshet.eviction;

/** Says that Redis holds another link than the one this daemon left. */
final class LinkLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LinkLostException(String expected) {
    super("Redis no longer holds the link `%s`".formatted(expected));
  }
}
