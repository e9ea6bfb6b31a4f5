package dev.freshet.postgres;

import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.lifecycle.ServerUnavailableException.Server;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Tells what an exception of the driver means. */
final class PostgresErrors {
  private PostgresErrors() {}

  /**
   * The exception's five-character SQLSTATE, or that of its first cause that has one; else empty.
   */
  static String state(@Nullable Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        return sql.getSQLState();
      }
    }
    return "";
  }

  /**
   * Whether the statement itself is at fault, so that trying it again would fail again. Everything
   * else (no answer, a broken connection, a server that starts, stops, or lacks resources) may
   * pass.
   */
  static boolean isStatementAtFault(SQLException e) {
    String state = state(e);
    if (state.length() != 5) {
      return false;
    }
    String clazz = state.substring(0, 2);
    return switch (clazz) {
      case "08", "53", "55", "57", "58", "XX", "25", "40" -> false;
      default -> !state.equals("0A000");
    };
  }

  /** Whether the server ended the statement because it took too long. */
  static boolean isCancelled(Throwable e) {
    return state(e).equals("57014");
  }

  /** A text for people: the server's message, with its SQLSTATE. */
  static String describe(SQLException e) {
    String state = state(e);
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return state.isEmpty() ? message : message + " [" + state + "]";
  }

  static ServerUnavailableException unavailable(String doing, SQLException e) {
    return new ServerUnavailableException(
        Server.POSTGRES, "Postgres: %s failed: %s".formatted(doing, describe(e)), e);
  }
}
