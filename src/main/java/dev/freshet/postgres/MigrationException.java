package dev.freshet.postgres;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says why the database cannot be migrated: all reasons at once, each with where and what to do.
 */
public final class MigrationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final List<String> problems;

  MigrationException(List<String> problems, @Nullable Throwable cause) {
    super(
        problems.size() == 1
            ? problems.get(0)
            : "%d problems:%n  - %s"
                .formatted(problems.size(), String.join("%n  - ".formatted(), problems)),
        cause);
    this.problems = List.copyOf(problems);
  }

  public List<String> problems() {
    return problems;
  }
}
