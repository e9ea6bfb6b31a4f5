package dev.freshet.postgres;

import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.lifecycle.ServerUnavailableException.Server;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells what an exception of the driver means. */
final class PostgresErrors {
  /** The SQLSTATE of a lock that did not come within {@code lock_timeout}. */
  static final String LOCK_NOT_AVAILABLE = "55P03";

  private static final String CONNECTION_FAILURE = "08006";
  private static final String DEADLOCK = "40P01";
  private static final String SERIALIZATION_FAILURE = "40001";

  private PostgresErrors() {}

  /** Whether others were in the way, so that the same can succeed a little later. */
  static boolean isWorthWaiting(Throwable e) {
    String state = state(e);
    return state.equals(LOCK_NOT_AVAILABLE)
        || state.equals(DEADLOCK)
        || state.equals(SERIALIZATION_FAILURE);
  }

  /** What another library's exception means, if its cause is that the server is away. */
  static Optional<RuntimeException> ifUnavailable(String doing, Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        return isStatementAtFault(sql) ? Optional.empty() : Optional.of(unavailable(doing, sql));
      }
    }
    return Optional.empty();
  }

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

  /**
   * What the driver's own failure means, if it is one: it throws others than SQLException too when
   * its connection breaks while a result is being read.
   */
  static Optional<SQLException> ifDriverFailed(RuntimeException e) {
    boolean isDrivers =
        Arrays.stream(e.getStackTrace())
            .map(StackTraceElement::getClassName)
            .takeWhile(name -> !name.startsWith("dev.freshet."))
            .anyMatch(name -> name.startsWith("com.impossibl."));
    return isDrivers
        ? Optional.of(new SQLException("the driver failed: " + e, CONNECTION_FAILURE, e))
        : Optional.empty();
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
