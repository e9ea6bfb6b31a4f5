package dev.freshet.codec;

/** Says that a payload cannot be read. The record that holds it is a miss. */
public sealed class UndecodableException extends Exception permits UnknownDictionaryException {
  private static final long serialVersionUID = 1L;

  public UndecodableException(String message) {
    super(message);
  }

  public UndecodableException(String message, Throwable cause) {
    super(message, cause);
  }
}
