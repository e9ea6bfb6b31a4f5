package dev.freshet.cli.demo;

/** Says that the demo observed something else than Freshet promises. */
public final class UnexpectedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnexpectedException(String message) {
    super(message);
  }

  UnexpectedException(String message, Throwable cause) {
    super(message + ": " + cause, cause);
  }
}
