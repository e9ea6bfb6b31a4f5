package dev.freshet.postgres;

import java.sql.SQLException;

/**
 * Says that Postgres answers, but refuses a statement of Freshet's own: a right is missing, or the
 * schema {@code freshet} is not what this version made.
 */
public final class PostgresRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PostgresRefusedException(String doing, SQLException e) {
    super("Postgres refused %s: %s; %s".formatted(doing, PostgresErrors.describe(e), remedy(e)), e);
  }

  private static String remedy(SQLException e) {
    return PostgresErrors.state(e).equals("42501")
        ? "grant the right that is missing (docs/operations.md lists them all)"
        : "run freshet migrate with this version";
  }
}
