package dev.freshet.http;

import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.loading.LoadFailedException;
import dev.freshet.loading.UnknownViewException;
import dev.freshet.view.MalformedKeyException;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What failed during one request: turns exceptions into problems. What nobody expected is logged
 * once for the request, and the client gets the id of that log entry and nothing of its contents.
 */
final class Failures {
  private final Logger log;
  private final String method;
  private final String path;
  private @Nullable String logId;

  Failures(String method, String path) {
    this(LoggerFactory.getLogger("freshet.http"), method, path);
  }

  Failures(Logger log, String method, String path) {
    this.log = log;
    this.method = method;
    this.path = path;
  }

  Problem problem(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof ProblemException e) {
      return e.problem();
    } else if (cause instanceof UnknownViewException) {
      return Problem.of(ProblemType.UNKNOWN_VIEW, message(cause));
    } else if (cause instanceof MalformedKeyException) {
      return Problem.of(ProblemType.MALFORMED_KEY, message(cause));
    } else if (cause instanceof LoadFailedException e) {
      return loadFailed(e);
    } else if (cause instanceof ServerUnavailableException e) {
      return Problem.of(
              ProblemType.SERVER_UNAVAILABLE,
              e.server() + " could not be reached or did not answer in time")
          .retryAfter(Duration.ofSeconds(1));
    } else if (cause instanceof RejectedExecutionException) {
      return overloaded("too many requests of this kind are waiting already");
    } else {
      return unexpected(cause);
    }
  }

  static Problem tooMuchInFlight() {
    return overloaded("too much is in flight already");
  }

  private static Problem overloaded(String detail) {
    return Problem.of(ProblemType.OVERLOADED, detail).retryAfter(Duration.ofSeconds(1));
  }

  /** The exception's own message may tell of servers and queries, so it stays in the log. */
  private static Problem loadFailed(LoadFailedException e) {
    String detail =
        switch (e.kind()) {
          case POSTGRES_AWAY -> "Postgres could not be reached or did not answer in time";
          case QUERY_FAILED ->
              "the view's load query fails for this key; the server's log says why";
          case OVERLOADED -> "too many loads are waiting already";
          case DEADLINE -> "the load did not end before its deadline";
          case CLOSED -> "the server is shutting down";
        };
    return Problem.of(ProblemType.LOAD_FAILED, detail)
        .retryAfter(e.retryAfter())
        .member("kind", e.kind().name().toLowerCase(Locale.ROOT));
  }

  private Problem unexpected(Throwable cause) {
    if (logId == null) {
      logId = UUID.randomUUID().toString();
      log.warn("{} {} failed unexpectedly; the client got the id {}", method, path, logId, cause);
    }
    return Problem.of(
            ProblemType.INTERNAL,
            "something unexpected happened; the server's log has more under this id")
        .member("id", logId);
  }

  private static String message(Throwable cause) {
    return String.valueOf(cause.getMessage());
  }
}
