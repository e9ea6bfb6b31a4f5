package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;

/**
 * Numbers that no binary form gives back, as texts: the length in the data stream, then four bits
 * for each character in the bits stream.
 */
final class NumberTexts {
  private static final String ALPHABET = "0123456789-+.eE";
  private static final int WIDTH = 4;

  private NumberTexts() {}

  static void write(byte[] text, int from, int to, Streams out) {
    out.data.putVarint(to - from);
    for (int i = from; i < to; i++) {
      out.bits.put(ALPHABET.indexOf(text[i]), WIDTH);
    }
  }

  static byte[] read(Parts in) throws UndecodableException {
    int length = in.data.count(Integer.MAX_VALUE);
    long place = in.bits.skip(length, WIDTH);
    byte[] text = new byte[length];
    for (int i = 0; i < length; i++, place += WIDTH) {
      int digit = (int) in.bits.peek(place, WIDTH);
      if (digit == ALPHABET.length()) {
        throw new UndecodableException("the packed payload has a number of other characters");
      }
      text[i] = (byte) ALPHABET.charAt(digit);
    }
    if (!isNumber(text)) {
      throw new UndecodableException("the packed payload has a number that is none");
    }
    return text;
  }

  /** Whether a text is a number as JSON writes it. */
  private static boolean isNumber(byte[] text) {
    int at = text.length > 0 && text[0] == '-' ? 1 : 0;
    int whole = digits(text, at);
    if (whole == 0 || (whole > 1 && text[at] == '0')) {
      return false;
    }
    at += whole;
    if (at < text.length && text[at] == '.') {
      int fraction = digits(text, at + 1);
      if (fraction == 0) {
        return false;
      }
      at += 1 + fraction;
    }
    if (at < text.length && (text[at] == 'e' || text[at] == 'E')) {
      boolean isSigned = at + 1 < text.length && (text[at + 1] == '-' || text[at + 1] == '+');
      at += isSigned ? 2 : 1;
      int exponent = digits(text, at);
      return exponent > 0 && at + exponent == text.length;
    }
    return at == text.length;
  }

  /** How many digits follow each other. */
  private static int digits(byte[] text, int from) {
    int at = from;
    while (at < text.length && text[at] >= '0' && text[at] <= '9') {
      at++;
    }
    return at - from;
  }
}
