package dev.freshet.config;

/**
 * A text that must not reach a log or a message: it is printed as {@code ***}.
 *
 * <p>Not a record, whose {@code toString} would tell.
 */
public final class Secret {
  private final String text;

  public Secret(String text) {
    this.text = text;
  }

  /** The text itself, for the driver that needs it. */
  public String reveal() {
    return text;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && secret.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return "***";
  }
}
