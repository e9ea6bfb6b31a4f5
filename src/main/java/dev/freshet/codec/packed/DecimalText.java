package dev.freshet.codec.packed;

import static dev.freshet.codec.packed.Words.INT;
import static dev.freshet.codec.packed.Words.LONG;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.math.BigDecimal;
import java.util.Arrays;

/**
 * Writes digits as characters into bytes. Each method takes the place to write to and returns the
 * one behind what it wrote; it may write more bytes behind that, which mean nothing, but never more
 * than {@link #BYTES_MAX} in all.
 */
final class DecimalText {
  /** More than any number of at most 64 bits takes. */
  static final int BYTES_MAX = 400;

  static final int HUNDRED_MILLION = 100_000_000;
  private static final long ZEROS = 0x3030_3030_3030_3030L;
  private static final long ZERO_POINT_ZEROS = (ZEROS & ~0xFF00L) | '.' << 8;
  private static final long[] POWERS_OF_TEN = powersOfTen();

  /** The digits of 0 to 999, a byte each, the first in the lowest byte. */
  private static final int[] THREE_DIGITS = threeDigits();

  /**
   * For each count of zero bits that an int may start with: what is to be added to the int, so that
   * its length is in the upper half of the sum (Kendall Willets' way, of 2021).
   */
  private static final long[] LENGTHS = lengths();

  private DecimalText() {}

  private static long[] powersOfTen() {
    long[] powers = new long[19];
    powers[0] = 1;
    for (int i = 1; i < powers.length; i++) {
      powers[i] = powers[i - 1] * 10;
    }
    return powers;
  }

  private static int[] threeDigits() {
    int[] digits = new int[1000];
    for (int i = 0; i < digits.length; i++) {
      digits[i] = i / 100 | i / 10 % 10 << 8 | i % 10 << 16;
    }
    return digits;
  }

  private static long[] lengths() {
    long[] lengths = new long[33];
    for (int zeros = 0; zeros <= 32; zeros++) {
      int length = lengthOf(0xFFFF_FFFFL >>> zeros);
      long power = POWERS_OF_TEN[length - 1];
      boolean isReachedWithin = power > Math.max(1, 0x8000_0000L >>> zeros);
      lengths[zeros] = ((long) length << 32) - (isReachedWithin ? power : 0);
    }
    return lengths;
  }

  /** How many decimal digits a number has that is not negative; 1 for 0. */
  static int lengthOf(int value) {
    return (int) ((value + LENGTHS[Integer.numberOfLeadingZeros(value)]) >>> 32);
  }

  /** How many decimal digits a number has that is not negative; 1 for 0. */
  static int lengthOf(long value) {
    int guess = ((64 - Long.numberOfLeadingZeros(value | 1)) * 1233) >>> 12;
    return guess + (int) ((POWERS_OF_TEN[guess] - 1 - (value | 1)) >>> 63); // no branch to mistake
  }

  static long powerOfTen(int exponent) {
    return POWERS_OF_TEN[exponent];
  }

  /** The last eight digits of a number below 10^9, a byte each, the first in the lowest byte. */
  static long eightDigits(int value) {
    int millions = value / 1_000_000;
    int rest = value - millions * 1_000_000;
    int thousands = rest / 1_000;
    return THREE_DIGITS[millions] >>> 8
        | (long) THREE_DIGITS[thousands] << 16
        | (long) THREE_DIGITS[rest - thousands * 1_000] << 40;
  }

  private static long eightCharacters(long value) {
    return eightDigits((int) value) | ZEROS;
  }

  /** Writes all digits of a number that is not negative, of which the count is given. */
  static int digits(byte[] text, int at, long value, int count) {
    if (count <= 8) {
      LONG.set(text, at, eightCharacters(value) >>> ((8 - count) * 8));
    } else {
      int last = digits(text, at, value / HUNDRED_MILLION, count - 8);
      LONG.set(text, last, eightCharacters(value % HUNDRED_MILLION));
    }
    return at + count;
  }

  /** Writes a number from 0 to 999, with zeros before it if it has less digits than wanted. */
  static int upToThreeDigits(byte[] text, int at, int value, int digitsMin) {
    int count = Math.max(lengthOf(value), digitsMin);
    INT.set(text, at, (THREE_DIGITS[value] | (int) ZEROS) >>> ((3 - count) * 8));
    return at + count;
  }

  static int integer(byte[] text, int at, long value) {
    if (value == Long.MIN_VALUE) {
      return least(text, at, 0);
    }
    int first = sign(text, at, (int) (value >>> 63));
    long magnitude = Math.abs(value);
    return digits(text, first, magnitude, lengthOf(magnitude));
  }

  /** Writes the one number whose magnitude is none: {@link Long#MIN_VALUE}, with a point in it. */
  private static int least(byte[] text, int at, int scale) {
    String plain = BigDecimal.valueOf(Long.MIN_VALUE, scale).toPlainString();
    byte[] characters = plain.getBytes(US_ASCII);
    System.arraycopy(characters, 0, text, at, characters.length);
    return at + characters.length;
  }

  /**
   * Writes a sign, or nothing.
   *
   * @param minus 1 if the number is negative, else 0
   */
  static int sign(byte[] text, int at, int minus) {
    text[at] = '-';
    return at + minus;
  }

  /**
   * Writes an integer with a point before its last digits.
   *
   * @param scale how many digits stand behind the point
   * @param isTrimmed whether zeros at the end are left out
   */
  static int decimal(byte[] text, int at, long unscaled, int scale, boolean isTrimmed) {
    if (unscaled == Long.MIN_VALUE) {
      return least(text, at, scale);
    }
    int first = sign(text, at, (int) (unscaled >>> 63));
    long digits = Math.abs(unscaled);
    int fraction = scale;
    while (isTrimmed && fraction > 0 && digits % 10 == 0) {
      digits /= 10;
      fraction--;
    }
    int length = lengthOf(digits);
    if (fraction >= length) {
      return digits(text, zeroPointZeros(text, first, fraction - length), digits, length);
    }
    int end = digits(text, first, digits, length);
    return fraction == 0 ? end : pointedLate(text, first, end, length - fraction, 0);
  }

  /**
   * Writes up to 17 digits with a point behind some of them.
   *
   * @param head the first digit
   * @param next the next eight, as {@link #eightDigits} gives them
   * @param last the last eight
   * @param count of the digits, without zeros at the end; 1 to 17
   * @param whole how many stand before the point; 1 to 8
   * @param point how many characters of {@code .0} follow where no other digit would stand behind
   *     the point; 0 or 2
   */
  static int pointed(
      byte[] text, int at, int head, long next, long last, int count, int whole, int point) {
    long characters = next | ZEROS;
    text[at] = (byte) ('0' + head);
    LONG.set(text, at + 1, characters);
    text[at + whole] = '.';
    LONG.set(text, at + whole + 1, characters >>> ((whole - 1) * 8));
    if (count > 9) {
      LONG.set(text, at + 10, last | ZEROS);
    }
    return at + (count > whole ? count + 1 : whole + point);
  }

  /** Writes up to 17 digits; the parameters are those of {@link #pointed}. */
  static int digits(byte[] text, int at, int head, long next, long last, int count) {
    text[at] = (byte) ('0' + head);
    LONG.set(text, at + 1, next | ZEROS);
    LONG.set(text, at + 9, last | ZEROS);
    return at + count;
  }

  /** Writes {@code 0.} and some more zeros. */
  static int zeroPointZeros(byte[] text, int at, int zeros) {
    LONG.set(text, at, ZERO_POINT_ZEROS);
    if (zeros > 6) {
      Arrays.fill(text, at + 8, at + 2 + zeros, (byte) '0');
    }
    return at + 2 + zeros;
  }

  /**
   * Puts a point between digits that are written, or zeros behind them.
   *
   * @param end of the digits
   * @param whole how many digits are to stand before the point
   * @param point as for {@link #pointed}
   */
  static int pointedLate(byte[] text, int at, int end, int whole, int point) {
    int pointAt = at + whole;
    if (end > pointAt) {
      System.arraycopy(text, pointAt, text, pointAt + 1, end - pointAt);
      text[pointAt] = '.';
      return end + 1;
    }
    Arrays.fill(text, end, pointAt, (byte) '0');
    text[pointAt] = '.';
    text[pointAt + 1] = '0';
    return pointAt + point;
  }
}
