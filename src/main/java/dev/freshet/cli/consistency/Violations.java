package dev.freshet.cli.consistency;

import dev.freshet.cli.consistency.Violation.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What went wrong: how often, and the first of each kind. */
final class Violations {
  /** Of each kind so many are kept as they are; further ones are only counted. */
  static final int KEPT_MAX = 10;

  private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
  private final Map<Kind, List<Violation>> first = new EnumMap<>(Kind.class);
  private String during = "the beginning";

  /** Says what is going on from now on. */
  synchronized void during(String what) {
    during = what;
  }

  synchronized void add(Kind kind, Supplier<String> what, Supplier<List<String>> history) {
    counts.merge(kind, 1L, Long::sum);
    List<Violation> kept = first.computeIfAbsent(kind, k -> new ArrayList<>());
    if (kept.size() < KEPT_MAX) {
      kept.add(new Violation(kind, during, what.get(), history.get()));
    }
  }

  void add(Kind kind, String what) {
    add(kind, () -> what, List::of);
  }

  synchronized long count(Kind kind) {
    return counts.getOrDefault(kind, 0L);
  }

  synchronized long count() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The first of each kind, in the order of the kinds. */
  synchronized List<Violation> first() {
    return first.values().stream().flatMap(List::stream).toList();
  }
}
