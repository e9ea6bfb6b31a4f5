package dev.freshet.loading;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Says that a miss could not be loaded, and when it makes sense to ask again. */
public final class LoadFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why a load failed; the label {@code kind} of the metric {@code freshet_errors_total}. */
  public enum Kind {
    /** Postgres could not be reached, or did not answer in time. */
    POSTGRES_AWAY,
    /** The load query failed for this key. */
    QUERY_FAILED,
    /** Too many loads were waiting already. */
    OVERLOADED,
    /** The load did not end before its deadline. */
    DEADLINE,
    /** The loader was closed. */
    CLOSED
  }

  private final Kind kind;

  /** Where reads are too many already there is no stack trace: thousands of them take room. */
  public LoadFailedException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause, true, kind != Kind.OVERLOADED);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  /** How long to wait before asking again. */
  public Duration retryAfter() {
    return Duration.ofSeconds(kind == Kind.QUERY_FAILED ? 5 : 1);
  }
}
