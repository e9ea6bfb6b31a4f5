package dev.freshet.daemon;

/** Says that no dictionary could be made that is worth having, and why. */
public final class TrainingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TrainingException(String message) {
    super(message);
  }
}
