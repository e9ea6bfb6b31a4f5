package dev.freshet.codec.packed;

import java.math.BigInteger;

/**
 * The decimal with the fewest digits that reads back as a given binary floating point number; of
 * several the nearest, of two equally near the one with an even last digit.
 *
 * <p>The method is Schubfach (Raffaele Giulietti, "The Schubfach way to render doubles", 2020): one
 * power of ten for each number, kept to 126 bits, and three products rounded to odd. Java 17's own
 * texts are not always the shortest.
 *
 * <p>An object holds one result at a time and belongs to one thread.
 */
final class ShortestDecimal {
  private static final int EXPONENT_MIN = -330;
  private static final int EXPONENT_MAX = 330;
  private static final long LOW_63 = Long.MAX_VALUE;
  private static final long LOW_32 = 0xFFFFFFFFL;

  /** For each power of ten the upper and the lower 63 of 126 bits, rounded up. */
  private static final long[] POWERS = powers();

  private long digits;
  private int exponent;

  /** The digits as a number, perhaps with zeros at the end that are not needed; 0 for zero. */
  long digits() {
    return digits;
  }

  /** The power of ten that the digits are multiplied with. */
  int exponent() {
    return exponent;
  }

  private static long[] powers() {
    long[] powers = new long[2 * (EXPONENT_MAX - EXPONENT_MIN + 1)];
    for (int e = EXPONENT_MIN; e <= EXPONENT_MAX; e++) {
      int shift = 125 - floorLog2OfPow10(e);
      BigInteger ten = BigInteger.TEN.pow(Math.abs(e));
      BigInteger g =
          e >= 0
              ? (shift >= 0 ? ten.shiftLeft(shift) : ten.shiftRight(-shift))
              : BigInteger.ONE.shiftLeft(shift).divide(ten);
      g = g.add(BigInteger.ONE);
      powers[2 * (e - EXPONENT_MIN)] = g.shiftRight(63).longValueExact();
      powers[2 * (e - EXPONENT_MIN) + 1] = g.longValue() & LOW_63;
    }
    return powers;
  }

  /** The greatest k with 10^k at most 2^e. */
  private static int floorLog10OfPow2(int e) {
    return (int) ((e * 661_971_961_083L) >> 41);
  }

  /** The greatest k with 10^k at most 3/4 · 2^e. */
  private static int floorLog10OfThreeQuartersPow2(int e) {
    return (int) ((e * 661_971_961_083L - 274_743_187_321L) >> 41);
  }

  /** The greatest k with 2^k at most 10^e. */
  private static int floorLog2OfPow10(int e) {
    return (int) ((e * 913_124_641_741L) >> 38);
  }

  /**
   * Finds the decimal of a finite number that is not negative.
   *
   * @param bits as {@link Float#floatToRawIntBits} gives them, without the sign
   */
  void ofFloat(int bits) {
    int fraction = bits & 0x7FFFFF;
    int biased = bits >>> 23;
    if (bits == 0) {
      digits = 0;
      exponent = 0;
      return;
    }
    int c = biased == 0 ? fraction : fraction | 0x800000;
    int q = Math.max(biased, 1) - 150;
    boolean isRegular = fraction != 0 || biased <= 1;
    int k = isRegular ? floorLog10OfPow2(q) : floorLog10OfThreeQuartersPow2(q);
    int h = q + floorLog2OfPow10(-k) + 33;
    long g = POWERS[2 * (-k - EXPONENT_MIN)] + 1;
    long centre = 4L * c;
    choose(
        floatProduct(g, (centre - (isRegular ? 2 : 1)) << h),
        floatProduct(g, centre << h),
        floatProduct(g, (centre + 2) << h),
        c & 1,
        k);
  }

  /**
   * Finds the decimal of a finite number that is not negative.
   *
   * @param bits as {@link Double#doubleToRawLongBits} gives them, without the sign
   */
  void ofDouble(long bits) {
    long fraction = bits & 0xFFFFFFFFFFFFFL;
    int biased = (int) (bits >>> 52);
    if (bits == 0) {
      digits = 0;
      exponent = 0;
      return;
    }
    long c = biased == 0 ? fraction : fraction | 0x10000000000000L;
    int q = Math.max(biased, 1) - 1075;
    boolean isRegular = fraction != 0 || biased <= 1;
    int k = isRegular ? floorLog10OfPow2(q) : floorLog10OfThreeQuartersPow2(q);
    int h = q + floorLog2OfPow10(-k) + 2;
    int power = 2 * (-k - EXPONENT_MIN);
    long centre = 4 * c;
    choose(
        doubleProduct(power, (centre - (isRegular ? 2 : 1)) << h),
        doubleProduct(power, centre << h),
        doubleProduct(power, (centre + 2) << h),
        (int) c & 1,
        k);
  }

  private static long floatProduct(long g, long cp) {
    long high = Math.multiplyHigh(g, cp);
    return high >>> 31 | ((high & LOW_32) + LOW_32) >>> 32;
  }

  private static long doubleProduct(int power, long cp) {
    long low = Math.multiplyHigh(POWERS[power + 1], cp);
    long middle = POWERS[power] * cp;
    long high = Math.multiplyHigh(POWERS[power], cp);
    long z = (middle >>> 1) + low;
    return (high + (z >>> 63)) | ((z & LOW_63) + LOW_63) >>> 63;
  }

  /**
   * Takes the shortest decimal between the two bounds, all three as multiples of 10^k / 4. Which of
   * the four candidates that is cannot be foretold, and a processor that guesses wrong loses more
   * time than all of this takes: so there is no branch, and what would be a condition is a mask.
   */
  private void choose(long lower, long value, long upper, int odd, int k) {
    long s = value >> 2;
    long below = s / 10 * 10;
    long least = lower + odd;
    long most = upper - odd;
    long belowFits = orLess(least, below << 2);
    long aboveFits = orLess((below + 10) << 2, most);
    long sFits = orLess(least, s << 2);
    long tFits = orLess((s + 1) << 2, most);
    long isNearer = orLess(value + (s & 1), (s << 2) + 2); // of two equally near the even one
    long isS = either(sFits ^ tFits, sFits, isNearer);
    long one = either(isS, s, s + 1);
    long ten = either(belowFits, below, below + 10);
    digits = either((belowFits ^ aboveFits) & orLess(10, s), ten, one);
    exponent = k;
  }

  /** All ones if the left is the right or less, else zero. */
  private static long orLess(long left, long right) {
    return ~((right - left) >> 63);
  }

  private static long either(long mask, long left, long right) {
    return (left & mask) | (right & ~mask);
  }
}
