package dev.freshet.view;

/** Says that a text is not the text form of an entity key of its view. */
public final class MalformedKeyException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public MalformedKeyException(String message) {
    super(message);
  }
}
