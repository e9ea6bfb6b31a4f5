package dev.freshet.codec.packed;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** The parts of a JSON number's text. Holds one number at a time and belongs to one thread. */
final class NumberScan {
  /** Digits that surely fit a {@code long}. */
  private static final int DIGITS_MAX = 18;

  private static final long EXACT_DOUBLE_MAX = 1L << 53;
  private static final double[] EXACT_POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  /** Below it, a float has fewer bits than others. */
  private static final double FLOAT_MIN_NORMAL = 1.2e-38;

  private static final long FLOAT_TIE = 1L << 28;

  private byte[] text = {};
  private int from;
  private int to;
  private boolean isNegative;
  private boolean hasExponent;
  private boolean isShort;
  private long digits;
  private int fraction;
  private int exponent;

  /** Reads a number, which must be one. */
  void read(byte[] json, int start, int end) {
    text = json;
    from = start;
    to = end;
    int at = start;
    isNegative = json[at] == '-';
    at += isNegative ? 1 : 0;
    digits = 0;
    fraction = 0;
    exponent = 0;
    hasExponent = false;
    int count = 0;
    boolean isBehindPoint = false;
    for (; at < end; at++) {
      byte b = json[at];
      if (b == '.') {
        isBehindPoint = true;
      } else if (b >= '0' && b <= '9') {
        if (count > 0 || b != '0') {
          count++;
        }
        if (count <= DIGITS_MAX) {
          digits = digits * 10 + (b - '0');
        }
        fraction += isBehindPoint ? 1 : 0;
      } else {
        break;
      }
    }
    isShort = count <= DIGITS_MAX;
    if (at < end) {
      hasExponent = true;
      readExponent(at + 1);
    }
  }

  private void readExponent(int start) {
    int at = start;
    boolean isBelowZero = text[at] == '-';
    if (isBelowZero || text[at] == '+') {
      at++;
    }
    for (; at < to && exponent < 100_000; at++) {
      exponent = exponent * 10 + (text[at] - '0');
    }
    exponent = isBelowZero ? -exponent : exponent;
  }

  boolean isNegative() {
    return isNegative;
  }

  /** Whether it is written as a {@code long} is: digits alone, no zero with a minus. */
  boolean isInteger() {
    return !hasExponent
        && fraction == 0
        && text[to - 1] != '.'
        && isShort
        && !(isNegative && digits == 0);
  }

  /** Whether it is written without an exponent, with few enough digits. */
  boolean isPlain() {
    return !hasExponent && isShort;
  }

  /** The number without its point and exponent. */
  long unscaled() {
    return isNegative ? -digits : digits;
  }

  /** How many digits stand behind the point. */
  int fraction() {
    return fraction;
  }

  /** The nearest double; may be infinite. */
  double toDouble() {
    int power = exponent - fraction;
    if (isShort && digits < EXACT_DOUBLE_MAX && Math.abs(power) < EXACT_POWERS.length) {
      double magnitude = power < 0 ? digits / EXACT_POWERS[-power] : digits * EXACT_POWERS[power];
      return isNegative ? -magnitude : magnitude;
    }
    return Double.parseDouble(string());
  }

  /** The nearest float; may be infinite. */
  float toFloat() {
    double value = toDouble();
    double magnitude = Math.abs(value);
    // Rounding twice goes wrong only if the first result stands in the middle of two floats.
    boolean isTie = (Double.doubleToRawLongBits(value) & ((FLOAT_TIE << 1) - 1)) == FLOAT_TIE;
    return isTie || (magnitude < FLOAT_MIN_NORMAL && magnitude != 0)
        ? Float.parseFloat(string())
        : (float) value;
  }

  private String string() {
    return new String(text, from, to - from, US_ASCII);
  }
}
