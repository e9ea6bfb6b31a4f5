package dev.freshet.cli.bench;

import org.jspecify.annotations.Nullable;

/** Says that a benchmark has no figures: it could not measure, or saw something unexpected. */
public final class BenchFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BenchFailedException(String message) {
    super(message);
  }

  public BenchFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
