package dev.freshet.cli.consistency;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One thing that must not happen, with all that is known of it.
 *
 * @param kind what it is, as {@code stale}, {@code phantom}, {@code lost}
 * @param during what was going on
 * @param what in words
 * @param history of the key
 */
record Violation(Kind kind, String during, String what, List<String> history) {

  /** What can be wrong. */
  enum Kind {
    /** A version was read longer after its replacement than the bound. */
    STALE,
    /** A version was read that nobody committed, or whose commit was lost. */
    PHANTOM,
    /** Redis holds what the database does not say, after all has come to rest. */
    LOST,
    /** Freshet did not become fresh again, a fault did not happen, or a reader met nonsense. */
    BROKEN
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("kind", kind.name().toLowerCase(java.util.Locale.ROOT));
    map.put("during", during);
    map.put("what", what);
    if (!history.isEmpty()) {
      map.put("history", history);
    }
    return map;
  }
}
