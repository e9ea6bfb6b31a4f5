package dev.freshet.postgres;

import org.jspecify.annotations.Nullable;

/** Says that the database is not what the configuration asks for. */
public final class NotMigratedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param what what is missing, and what to do
   */
  public NotMigratedException(String what, @Nullable Throwable cause) {
    super("the database is not migrated as configured: " + what, cause);
  }
}
