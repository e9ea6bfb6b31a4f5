package dev.freshet.cli.servers;

/** Says that a local server could not be found, started, paused or stopped, and why. */
public final class ServerFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ServerFailedException(String message) {
    super(message);
  }

  ServerFailedException(String message, Throwable cause) {
    super(message + ": " + cause, cause);
  }
}
