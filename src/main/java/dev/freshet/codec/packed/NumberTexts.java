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
    return text;
  }
}
