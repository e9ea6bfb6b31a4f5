package dev.freshet.codec;

/** Says that a payload names a dictionary that is not known here, or not yet. */
public final class UnknownDictionaryException extends UndecodableException {
  private static final long serialVersionUID = 1L;

  /**
   * @param codec the payload's
   * @param number of the dictionary
   */
  public UnknownDictionaryException(String codec, long number) {
    super("the %s payload names dictionary %d, which is not known".formatted(codec, number));
  }
}
