package dev.freshet.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what is wrong with one configuration, so that all of it can be said at once. */
final class Problems {
  private record Problem(int line, String text) {}

  private final String sourceName;
  private final List<Problem> found = new ArrayList<>();

  /**
   * @param sourceName the file's name, as it shall stand in messages
   */
  Problems(String sourceName) {
    this.sourceName = sourceName;
  }

  /**
   * Notes a problem.
   *
   * @param line of the source, from 1
   * @param path of the keys that lead there, as {@code views.users.ttl}; empty for the whole file
   * @param what is wrong, and what to do
   */
  void add(int line, String path, String what) {
    String where = sourceName + ":" + line + ": " + (path.isEmpty() ? "" : path + ": ");
    found.add(new Problem(line, where + what));
  }

  /**
   * Does nothing if no problem was found.
   *
   * @throws ConfigException with all problems in the order of their lines
   */
  void throwIfAny() {
    if (!found.isEmpty()) {
      throw new ConfigException(
          found.stream()
              .sorted(Comparator.comparingInt(Problem::line))
              .map(Problem::text)
              .distinct()
              .toList());
    }
  }
}
