package dev.freshet.codec.packed;

import static dev.freshet.codec.packed.Words.INT;
import static dev.freshet.codec.packed.Words.LONG;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.freshet.codec.Codec;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A JSON text that grows. What goes far beyond {@link Codec#DOCUMENT_BYTES_MAX} is left out, and
 * {@link #isTooLong} says whether the text is longer. Belongs to one thread.
 */
final class JsonSink {
  /** Making room anew for each text takes as long as a tenth of writing it. */
  private static final ConcurrentLinkedQueue<JsonSink> KEPT = new ConcurrentLinkedQueue<>();

  private static final int KEPT_MAX = 16;
  private static final int KEPT_BYTES_MAX = 1 << 20;

  /** What may be written behind the end of a text: it makes a check once for many bytes enough. */
  private static final int SLACK_BYTES = 1 << 12;

  /** Any number of up to 17 digits, written without more than six zeros before or behind them. */
  private static final int NUMBER_BYTES = 40;

  /** Values that are written after one check for room. */
  private static final int BLOCK = SLACK_BYTES / Integer.BYTES;

  static final int HUNDRED_MILLION = 100_000_000;
  private static final int ZERO_AND_POINT = '0' | '.' << 8;
  private static final long ZEROS = 0x3030_3030_3030_3030L;
  private static final long ZERO_POINT_ZEROS = (ZEROS & ~0xFF00L) | '.' << 8;
  private static final long[] POWERS_OF_TEN = powersOfTen();

  /** 0 to 255, each with a comma behind it, the first character in the lowest byte. */
  private static final int[] OCTETS = octets();

  /** 0 to 15: its four bits from the lowest up, each with a comma behind it. */
  private static final long[] NIBBLES = nibbles();

  final ShortestDecimal decimal = new ShortestDecimal();
  private byte[] bytes;
  private int length;
  private boolean isFull;

  /** An empty one, perhaps with the room of a text before. To be given back. */
  static JsonSink lend() {
    JsonSink kept = KEPT.poll();
    return kept == null ? new JsonSink(1 << 12) : kept;
  }

  /** Takes back a lent one, whose text is not needed any more. */
  void giveBack() {
    if (bytes.length <= KEPT_BYTES_MAX && KEPT.size() < KEPT_MAX) {
      length = 0;
      isFull = false;
      KEPT.add(this);
    }
  }

  JsonSink(int expectedBytes) {
    bytes = new byte[Math.max(64, expectedBytes)];
  }

  private static long[] powersOfTen() {
    long[] powers = new long[19];
    powers[0] = 1;
    for (int i = 1; i < powers.length; i++) {
      powers[i] = powers[i - 1] * 10;
    }
    return powers;
  }

  private static int[] octets() {
    int[] octets = new int[256];
    for (int i = 0; i < octets.length; i++) {
      byte[] text = Arrays.copyOf((i + ",").getBytes(US_ASCII), Integer.BYTES);
      octets[i] = (int) INT.get(text, 0);
    }
    return octets;
  }

  private static long[] nibbles() {
    long[] nibbles = new long[16];
    for (int i = 0; i < nibbles.length; i++) {
      String text = "%d,%d,%d,%d,".formatted(i & 1, i >> 1 & 1, i >> 2 & 1, i >> 3);
      nibbles[i] = (long) LONG.get(text.getBytes(US_ASCII), 0);
    }
    return nibbles;
  }

  /** The decimal digits of a number that is not negative; 1 for 0. */
  static int digitsOf(long value) {
    int guess = ((64 - Long.numberOfLeadingZeros(value | 1)) * 1233) >>> 12;
    return guess + (int) ((POWERS_OF_TEN[guess] - 1 - (value | 1)) >>> 63); // no branch to mistake
  }

  static long powerOfTen(int exponent) {
    return POWERS_OF_TEN[exponent];
  }

  /** Whether the text is longer than a document may be. */
  boolean isTooLong() {
    return isFull || length > Codec.DOCUMENT_BYTES_MAX;
  }

  /** Whether something was left out; what follows may be left out too. */
  boolean isFull() {
    return isFull;
  }

  int length() {
    return length;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  /** Whether the text is the given one. */
  boolean holds(byte[] text, int from, int to) {
    return Arrays.equals(bytes, 0, length, text, from, to);
  }

  void clear() {
    length = 0;
  }

  /** Whether there is room for so many more bytes. */
  private boolean hasRoom(int count) {
    return count <= bytes.length - length || grow(count);
  }

  private boolean grow(int count) {
    int most = Codec.DOCUMENT_BYTES_MAX + SLACK_BYTES;
    if (count > most - length) {
      isFull = true;
      return false;
    }
    long grown = Math.max((long) length + count, 2L * bytes.length);
    bytes = Arrays.copyOf(bytes, (int) Math.min(grown, most));
    return true;
  }

  void put(char c) {
    if (hasRoom(1)) {
      bytes[length++] = (byte) c;
    }
  }

  void put(byte[] source, int from, int to) {
    if (hasRoom(to - from)) {
      System.arraycopy(source, from, bytes, length, to - from);
      length += to - from;
    }
  }

  void put(byte[] source) {
    put(source, 0, source.length);
  }

  void putZeros(int count) {
    if (hasRoom(count)) {
      Arrays.fill(bytes, length, length + count, (byte) '0');
      length += count;
    }
  }

  /** Writes the first of up to four characters, of which the first is in the lowest byte. */
  void putWord(int word, int count) {
    if (hasRoom(Integer.BYTES)) {
      INT.set(bytes, length, word);
      length += count;
    }
  }

  /** Takes back the comma behind the last of several values. */
  void removeComma() {
    if (!isFull) {
      length--;
    }
  }

  /** Writes all digits of a number, of which the count is given. */
  void putDigits(long value, int count) {
    if (hasRoom(count + Long.BYTES)) {
      digitsAt(length, value, count);
      length += count;
    }
  }

  /**
   * The last eight decimal digits of a number below 10^8, a byte each, the first in the lowest
   * byte. All are found at once, in parts of a long: four digits each, then two, then one.
   */
  static long eightDigits(int value) {
    long fours = value / 10_000 | (long) (value % 10_000) << 32;
    long hundreds = ((fours * 10_486) >>> 20) & 0x7F_0000_007FL;
    long twos = hundreds | (fours - 100 * hundreds) << 16;
    long tens = ((twos * 103) >>> 10) & 0x000F_000F_000F_000FL;
    return tens | (twos - 10 * tens) << 8;
  }

  private static long eightCharacters(long value) {
    return eightDigits((int) value) | ZEROS;
  }

  /** Puts digits anywhere, and up to eight bytes behind them that mean nothing. */
  private void digitsAt(int at, long value, int count) {
    if (count <= 8) {
      LONG.set(bytes, at, eightCharacters(value) >>> ((8 - count) * 8));
    } else {
      digitsAt(at, value / HUNDRED_MILLION, count - 8);
      LONG.set(bytes, at + count - 8, eightCharacters(value % HUNDRED_MILLION));
    }
  }

  /** Writes bits as 0 and 1 with commas between them. */
  void putBits(BitSource bits, long place, int count) {
    for (int block = 0; block < count && hasRoom(SLACK_BYTES); block += BLOCK) {
      int end = Math.min(count, block + BLOCK);
      int at = length;
      for (int i = block; i < end; i += 4, at += Long.BYTES) {
        LONG.set(bytes, at, NIBBLES[(int) bits.peek(place + i, 4)]);
      }
      length += 2 * (end - block);
    }
    if (count > 0) {
      removeComma();
    }
  }

  /** Writes integers from 0 to 255 with commas between them. */
  void putOctets(byte[] values, int from, int to) {
    for (int block = from; block < to && hasRoom(SLACK_BYTES); block += BLOCK) {
      byte[] text = bytes;
      int at = length;
      int end = Math.min(to, block + BLOCK);
      for (int i = block; i < end; i++) {
        int octet = OCTETS[values[i] & 0xFF];
        INT.set(text, at, octet);
        at += bytesOf(octet);
      }
      length = at;
    }
    if (from < to) {
      removeComma();
    }
  }

  private static int bytesOf(int octet) {
    return Integer.BYTES - (Integer.numberOfLeadingZeros(octet) >>> 3);
  }

  /** Writes integers with commas between them. */
  void putIntegers(long[] values, int from, int to) {
    for (int i = from; i < to && !isFull; i++) {
      long value = values[i];
      if ((value & ~0xFFL) == 0) {
        int octet = OCTETS[(int) value];
        putWord(octet, bytesOf(octet));
      } else {
        putInteger(value);
        put(',');
      }
    }
    if (from < to) {
      removeComma();
    }
  }

  /** Writes an integer. */
  void putInteger(long value) {
    if (value >= 0 && value < 10) {
      put((char) ('0' + value));
      return;
    }
    if (value == Long.MIN_VALUE) {
      put(Long.toString(value).getBytes(US_ASCII));
      return;
    }
    long magnitude = Math.abs(value);
    if (value < 0) {
      put('-');
    }
    putDigits(magnitude, digitsOf(magnitude));
  }

  /**
   * Writes digits with a point among or before them: at least one digit stands before it.
   *
   * @param count of the digits
   * @param fraction how many of the digits stand behind the point, 1 or more
   */
  void putPlain(long digits, int count, int fraction) {
    if (count <= fraction) {
      putWord(ZERO_AND_POINT, 2);
      putZeros(fraction - count);
      putDigits(digits, count);
      return;
    }
    if (!hasRoom(count + 1 + Long.BYTES)) {
      return;
    }
    int whole = count - fraction;
    int point = length + whole;
    digitsAt(length + 1, digits, count);
    System.arraycopy(bytes, length + 1, bytes, length, whole);
    bytes[point] = '.';
    length += count + 1;
  }

  /**
   * Writes up to 17 digits with a point behind some of them.
   *
   * @param head the first digit
   * @param next the next eight, as {@link #eightDigits} gives them
   * @param last the last eight
   * @param count of the digits, without zeros at the end; 1 to 17
   * @param whole how many stand before the point; 1 to 8
   * @param isPointed whether {@code .0} follows where no other digit would stand behind the point
   */
  void putPointed(int head, long next, long last, int count, int whole, boolean isPointed) {
    if (!hasRoom(NUMBER_BYTES)) {
      return;
    }
    byte[] text = bytes;
    int at = length;
    long characters = next | ZEROS;
    text[at] = (byte) ('0' + head);
    LONG.set(text, at + 1, characters);
    text[at + whole] = '.';
    LONG.set(text, at + whole + 1, characters >>> ((whole - 1) * 8));
    if (count > 9) {
      LONG.set(text, at + 10, last | ZEROS);
    }
    length = at + (count > whole ? count + 1 : isPointed ? whole + 2 : whole);
  }

  /**
   * Writes up to 17 digits behind {@code 0.} and more zeros.
   *
   * @param zeros behind the point; 0 to 6
   */
  void putFraction(int zeros, int head, long next, long last, int count) {
    if (!hasRoom(NUMBER_BYTES)) {
      return;
    }
    byte[] text = bytes;
    LONG.set(text, length, ZERO_POINT_ZEROS);
    int at = length + 2 + zeros;
    text[at] = (byte) ('0' + head);
    LONG.set(text, at + 1, next | ZEROS);
    if (count > 9) {
      LONG.set(text, at + 9, last | ZEROS);
    }
    length = at + count;
  }
}
