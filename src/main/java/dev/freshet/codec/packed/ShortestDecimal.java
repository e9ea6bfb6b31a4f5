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
 * <p>Numbers are finite and not negative. What is made of infinities is of no use, but ends.
 */
final class ShortestDecimal {
  private static final int EXPONENT_MIN = -330;
  private static final int EXPONENT_MAX = 330;
  private static final long LOW_63 = Long.MAX_VALUE;
  private static final long LOW_32 = 0xFFFFFFFFL;

  /** For each power of ten the upper and the lower 63 of 126 bits, rounded up. */
  private static final long[] POWERS = powers();

  /** For each exponent of a normal float, with its bias: what its digits are multiplied with. */
  private static final int[] FLOAT_EXPONENTS = new int[256];

  /** The power of ten that makes digits of such a float. */
  private static final long[] FLOAT_POWERS = new long[256];

  /** How far the float is shifted before. */
  private static final int[] FLOAT_SHIFTS = new int[256];

  static {
    for (int biased = 0; biased < 256; biased++) {
      int q = Math.max(biased, 1) - 150;
      int k = floorLog10OfPow2(q);
      FLOAT_EXPONENTS[biased] = k;
      FLOAT_POWERS[biased] = floatPower(k);
      FLOAT_SHIFTS[biased] = floatShift(q, k);
    }
  }

  private ShortestDecimal() {}

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

  /** Whether the number below is as far away as the number above. */
  private static boolean isRegular(long fraction, int biased) {
    return fraction != 0 || biased <= 1;
  }

  /**
   * The power of ten that {@link #digitsOf(int)} are multiplied with.
   *
   * @param bits as {@link Float#floatToRawIntBits} gives them, without the sign
   */
  static int exponentOf(int bits) {
    int biased = bits >>> 23;
    return isRegular(bits & 0x7FFFFF, biased)
        ? FLOAT_EXPONENTS[biased]
        : floorLog10OfThreeQuartersPow2(biased - 150);
  }

  /**
   * The power of ten that {@link #digitsOf(long)} are multiplied with.
   *
   * @param bits as {@link Double#doubleToRawLongBits} gives them, without the sign
   */
  static int exponentOf(long bits) {
    int biased = (int) (bits >>> 52);
    int q = Math.max(biased, 1) - 1075;
    return isRegular(bits & 0xFFFFFFFFFFFFFL, biased)
        ? floorLog10OfPow2(q)
        : floorLog10OfThreeQuartersPow2(q);
  }

  /**
   * The digits of a number as an integer of up to 9 digits, perhaps with zeros at the end that are
   * not needed.
   *
   * @param bits as {@link Float#floatToRawIntBits} gives them, without the sign
   */
  static int digitsOf(int bits) {
    int fraction = bits & 0x7FFFFF;
    int biased = bits >>> 23;
    if (fraction == 0 || biased == 0) {
      return rareDigitsOf(bits);
    }
    long g = FLOAT_POWERS[biased];
    int h = FLOAT_SHIFTS[biased];
    long centre = 4L * (fraction | 0x800000);
    int odd = fraction & 1;
    long least = floatProduct(g, (centre - 2) << h) + odd;
    long most = floatProduct(g, (centre + 2) << h) - odd;
    return (int) shortest(least, floatProduct(g, centre << h), most);
  }

  /** Of a power of two or a number that is not normal. */
  private static int rareDigitsOf(int bits) {
    int biased = bits >>> 23;
    int k = exponentOf(bits);
    long g = floatPower(k);
    int h = floatShift(Math.max(biased, 1) - 150, k);
    long centre = 4L * (biased == 0 ? bits : 0x800000);
    int odd = bits & 1;
    long least = floatProduct(g, (centre - (biased > 1 ? 1 : 2)) << h) + odd;
    long most = floatProduct(g, (centre + 2) << h) - odd;
    return (int) any(least, floatProduct(g, centre << h), most);
  }

  private static long floatPower(int k) {
    return POWERS[2 * (-k - EXPONENT_MIN)] + 1;
  }

  private static int floatShift(int q, int k) {
    return q + floorLog2OfPow10(-k) + 33;
  }

  /**
   * The digits of a number as an integer of up to 17 digits, perhaps with zeros at the end that are
   * not needed.
   *
   * @param bits as {@link Double#doubleToRawLongBits} gives them, without the sign
   */
  static long digitsOf(long bits) {
    long fraction = bits & 0xFFFFFFFFFFFFFL;
    int biased = (int) (bits >>> 52);
    int k = exponentOf(bits);
    int h = Math.max(biased, 1) - 1075 + floorLog2OfPow10(-k) + 2;
    int power = 2 * (-k - EXPONENT_MIN);
    boolean isRegular = isRegular(fraction, biased);
    long centre = 4 * (biased == 0 ? fraction : fraction | 0x10000000000000L);
    int odd = (int) fraction & 1;
    long least = doubleProduct(power, (centre - (isRegular ? 2 : 1)) << h) + odd;
    long value = doubleProduct(power, centre << h);
    long most = doubleProduct(power, (centre + 2) << h) - odd;
    return isRegular && biased > 0 ? shortest(least, value, most) : any(least, value, most);
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
   * The shortest decimal between two bounds that are equally far from the number, and further apart
   * than 1; all three are given in quarters. At most one of them ends in a zero, and then it is
   * that, else the nearest to the number. Which, cannot be foretold, and a processor that guesses
   * wrong loses more time than all of this takes: so what would be a condition is a mask.
   */
  private static long shortest(long least, long value, long most) {
    long ten = most / 40 * 10;
    long nearest = (value + 1 + (value >> 2 & 1)) >> 2; // of two equally near the even one
    return either(orLess(least, 4 * ten), ten, nearest);
  }

  /** The shortest decimal between any two bounds, of which the lower may be the nearer. */
  private static long any(long least, long value, long most) {
    long s = value >> 2;
    long ten = most / 40 * 10;
    if (s >= 10 && least <= 4 * ten) {
      return ten;
    }
    boolean isBelowIn = least <= 4 * s;
    boolean isAboveIn = 4 * s + 4 <= most;
    if (isBelowIn != isAboveIn) {
      return isBelowIn ? s : s + 1;
    }
    return (value + 1 + (s & 1)) >> 2;
  }

  /** All ones if the left is the right or less, else zero. */
  private static long orLess(long left, long right) {
    return ~((right - left) >> 63);
  }

  private static long either(long mask, long left, long right) {
    return (left & mask) | (right & ~mask);
  }
}
