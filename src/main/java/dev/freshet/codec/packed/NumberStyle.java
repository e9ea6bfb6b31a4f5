package dev.freshet.codec.packed;

import static dev.freshet.codec.packed.DecimalText.HUNDRED_MILLION;
import static dev.freshet.codec.packed.Words.INT;

/**
 * How a program writes the shortest decimal of a binary floating point number. The ordinal stands
 * in the layout: styles are only added, at the end.
 */
enum NumberStyle {
  /** Python, NumPy: {@code 1.0}, {@code 1e-05}, {@code 1e+16}. */
  PYTHON(-4, 16, true, false, true, true, 'e'),
  /** Never an exponent, always a point: {@code 1.0}, {@code 0.00001}. */
  PLAIN_POINT(Integer.MIN_VALUE, Integer.MAX_VALUE, true, false, false, false, 'e'),
  /** Never an exponent, a point only where it is needed: {@code 1}, {@code 0.00001}. */
  PLAIN(Integer.MIN_VALUE, Integer.MAX_VALUE, false, false, false, false, 'e'),
  /** PostgreSQL's {@code float8}: {@code 1}, {@code 1e-05}, {@code 1e+15}. */
  POSTGRES_FLOAT8(-4, 15, false, false, true, true, 'e'),
  /** PostgreSQL's {@code float4}: {@code 1}, {@code 1e-05}, {@code 1e+06}. */
  POSTGRES_FLOAT4(-4, 6, false, false, true, true, 'e'),
  /** JavaScript: {@code 1}, {@code 0.00001}, {@code 1e-7}, {@code 1e+21}. */
  JAVASCRIPT(-6, 21, false, false, true, false, 'e'),
  /** Java: {@code 1.0}, {@code 1.0E-5}, {@code 1.0E7}. */
  JAVA(-3, 7, true, true, false, false, 'E'),
  /** Rust's serde: {@code 1.0}, {@code 0.00001}, {@code 1e-6}, {@code 1e16}. */
  RUST(-5, 16, true, false, false, false, 'e');

  private static final NumberStyle[] ALL = values();
  private static final int ZERO = '0' | '.' << 8 | '0' << 16;

  private final int plainFrom;
  private final int plainBelow;
  private final boolean signsExponents;
  private final int exponentDigitsMin;
  private final char letter;
  private final int pointedBelow;
  private final int integersPoint;
  private final int mantissasPoint;

  /**
   * Describes a style.
   *
   * @param plainFrom the smallest exponent of the first digit that is written without an exponent
   * @param plainBelow the smallest exponent above them that is written with one
   * @param pointsIntegers whether {@code .0} follows an integer
   * @param pointsMantissas whether {@code .0} follows a single digit before an exponent
   * @param signsExponents whether {@code +} stands before an exponent above zero
   * @param padsExponents whether an exponent has at least two digits
   */
  NumberStyle(
      int plainFrom,
      int plainBelow,
      boolean pointsIntegers,
      boolean pointsMantissas,
      boolean signsExponents,
      boolean padsExponents,
      char letter) {
    this.plainFrom = plainFrom;
    this.plainBelow = plainBelow;
    this.signsExponents = signsExponents;
    this.letter = letter;
    this.pointedBelow = Math.min(plainBelow, 8);
    this.exponentDigitsMin = padsExponents ? 2 : 1;
    this.integersPoint = pointsIntegers ? 2 : 0;
    this.mantissasPoint = pointsMantissas ? 2 : 0;
  }

  static int count() {
    return ALL.length;
  }

  static NumberStyle at(int ordinal) {
    return ALL[ordinal];
  }

  /**
   * Writes a number, as {@link DecimalText} does.
   *
   * @param bits as {@link Float#floatToRawIntBits} gives them
   */
  int write(byte[] text, int at, int bits) {
    int first = DecimalText.sign(text, at, bits >>> 31);
    int magnitude = bits & Integer.MAX_VALUE;
    if (magnitude == 0) {
      return zero(text, first);
    }
    int digits = ShortestDecimal.digitsOf(magnitude);
    int length = DecimalText.lengthOf(digits);
    int nine = digits * (int) DecimalText.powerOfTen(9 - length);
    int head = nine / HUNDRED_MILLION;
    long next = DecimalText.eightDigits(nine);
    int place = ShortestDecimal.exponentOf(magnitude) + length - 1;
    return write(text, first, place, head, next, 0, 9 - zerosBehind(next));
  }

  /**
   * Writes a number, as {@link DecimalText} does.
   *
   * @param bits as {@link Double#doubleToRawLongBits} gives them
   */
  int write(byte[] text, int at, long bits) {
    int first = DecimalText.sign(text, at, (int) (bits >>> 63));
    long magnitude = bits & Long.MAX_VALUE;
    if (magnitude == 0) {
      return zero(text, first);
    }
    long digits = ShortestDecimal.digitsOf(magnitude);
    int length = DecimalText.lengthOf(digits);
    long seventeen = digits * DecimalText.powerOfTen(17 - length);
    int nine = (int) (seventeen / HUNDRED_MILLION);
    int head = nine / HUNDRED_MILLION;
    long next = DecimalText.eightDigits(nine);
    long last = DecimalText.eightDigits((int) (seventeen - (long) nine * HUNDRED_MILLION));
    int count = last == 0 ? 9 - zerosBehind(next) : 17 - zerosBehind(last);
    int place = ShortestDecimal.exponentOf(magnitude) + length - 1;
    return write(text, first, place, head, next, last, count);
  }

  private int zero(byte[] text, int at) {
    INT.set(text, at, ZERO);
    return at + 1 + integersPoint;
  }

  private static int zerosBehind(long eightDigits) {
    return Long.numberOfLeadingZeros(eightDigits) >>> 3;
  }

  /**
   * Writes the digits of a number; the parameters are those of {@link DecimalText#pointed}.
   *
   * @param place the power of ten that the first digit stands for
   */
  private int write(byte[] text, int at, int place, int head, long next, long last, int count) {
    if (place >= 0 && place < pointedBelow) {
      return DecimalText.pointed(text, at, head, next, last, count, place + 1, integersPoint);
    }
    if (place < 0 && place >= plainFrom) {
      int first = DecimalText.zeroPointZeros(text, at, -place - 1);
      return DecimalText.digits(text, first, head, next, last, count);
    }
    if (place < plainFrom || place >= plainBelow) {
      int end = DecimalText.pointed(text, at, head, next, last, count, 1, mantissasPoint);
      return exponent(text, end, place);
    }
    int end = DecimalText.digits(text, at, head, next, last, count);
    return DecimalText.pointedLate(text, at, end, place + 1, integersPoint);
  }

  private int exponent(byte[] text, int at, int exponent) {
    text[at] = (byte) letter;
    text[at + 1] = (byte) (exponent < 0 ? '-' : '+');
    int first = exponent < 0 || signsExponents ? at + 2 : at + 1;
    return DecimalText.upToThreeDigits(text, first, Math.abs(exponent), exponentDigitsMin);
  }
}
