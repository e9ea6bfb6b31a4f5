package dev.freshet.codec.packed;

import static dev.freshet.codec.packed.JsonSink.HUNDRED_MILLION;

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
  private static final int POINT_AND_ZERO = '.' | '0' << 8;

  private final int plainFrom;
  private final int plainBelow;
  private final boolean pointsIntegers;
  private final boolean pointsMantissas;
  private final boolean signsExponents;
  private final boolean padsExponents;
  private final char letter;
  private final int pointedBelow;
  private final int fractionFrom;
  private final int zeroAndComma;
  private final int zeroAndCommaBytes;

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
    this.pointsIntegers = pointsIntegers;
    this.pointsMantissas = pointsMantissas;
    this.signsExponents = signsExponents;
    this.padsExponents = padsExponents;
    this.letter = letter;
    this.pointedBelow = Math.min(plainBelow, 8);
    this.fractionFrom = Math.max(plainFrom, -7);
    this.zeroAndComma = pointsIntegers ? '0' | '.' << 8 | '0' << 16 | ',' << 24 : '0' | ',' << 8;
    this.zeroAndCommaBytes = pointsIntegers ? 4 : 2;
  }

  static int count() {
    return ALL.length;
  }

  static NumberStyle at(int ordinal) {
    return ALL[ordinal];
  }

  /** Writes numbers with commas between them. */
  void write(float[] values, int from, int to, JsonSink out) {
    for (int i = from; i < to && !out.isFull(); i++) {
      int bits = Float.floatToRawIntBits(values[i]);
      if (bits == 0) {
        out.putWord(zeroAndComma, zeroAndCommaBytes);
      } else {
        writeFloat(bits, out);
        out.put(',');
      }
    }
    if (from < to) {
      out.removeComma();
    }
  }

  /** Writes numbers with commas between them. */
  void write(double[] values, int from, int to, JsonSink out) {
    for (int i = from; i < to && !out.isFull(); i++) {
      long bits = Double.doubleToRawLongBits(values[i]);
      if (bits == 0) {
        out.putWord(zeroAndComma, zeroAndCommaBytes);
      } else {
        writeDouble(bits, out);
        out.put(',');
      }
    }
    if (from < to) {
      out.removeComma();
    }
  }

  /** Writes a number, given its bits. */
  void writeFloat(int bits, JsonSink out) {
    if (bits < 0) {
      out.put('-');
    }
    ShortestDecimal decimal = out.decimal;
    decimal.ofFloat(bits & Integer.MAX_VALUE);
    long digits = decimal.digits();
    int length = JsonSink.digitsOf(digits);
    int nine = (int) (digits * JsonSink.powerOfTen(9 - length));
    int head = nine / HUNDRED_MILLION;
    long next = JsonSink.eightDigits(nine - head * HUNDRED_MILLION);
    write(out, decimal.exponent() + length - 1, head, next, 0, 9 - zerosBehind(next));
  }

  /** Writes a number, given its bits. */
  void writeDouble(long bits, JsonSink out) {
    if (bits < 0) {
      out.put('-');
    }
    ShortestDecimal decimal = out.decimal;
    decimal.ofDouble(bits & Long.MAX_VALUE);
    long digits = decimal.digits();
    int length = JsonSink.digitsOf(digits);
    long seventeen = digits * JsonSink.powerOfTen(17 - length);
    int nine = (int) (seventeen / HUNDRED_MILLION);
    int head = nine / HUNDRED_MILLION;
    long next = JsonSink.eightDigits(nine - head * HUNDRED_MILLION);
    long last = JsonSink.eightDigits((int) (seventeen - (long) nine * HUNDRED_MILLION));
    int count = last == 0 ? 9 - zerosBehind(next) : 17 - zerosBehind(last);
    write(out, decimal.exponent() + length - 1, head, next, last, count);
  }

  private static int zerosBehind(long eightDigits) {
    return Long.numberOfLeadingZeros(eightDigits) >>> 3;
  }

  /**
   * Writes the digits of a number; the parameters are those of {@link JsonSink#putPointed}.
   *
   * @param first the power of ten that the first digit stands for
   */
  private void write(JsonSink out, int first, int head, long next, long last, int count) {
    if (first >= 0 && first < pointedBelow) {
      out.putPointed(head, next, last, count, first + 1, pointsIntegers);
    } else if (first < 0 && first >= fractionFrom) {
      out.putFraction(-first - 1, head, next, last, count);
    } else if (first < plainFrom || first >= plainBelow) {
      out.putPointed(head, next, last, count, 1, pointsMantissas);
      writeExponent(out, first);
    } else {
      writeLong(out, first, count);
    }
  }

  /** Writes a number with many digits before its point, or many zeros behind it. */
  private void writeLong(JsonSink out, int first, int count) {
    long all = out.decimal.digits();
    long digits = all / JsonSink.powerOfTen(JsonSink.digitsOf(all) - count);
    int exponent = first - count + 1;
    if (exponent < 0) {
      out.putPlain(digits, count, -exponent);
      return;
    }
    out.putDigits(digits, count);
    out.putZeros(exponent);
    if (pointsIntegers) {
      out.putWord(POINT_AND_ZERO, 2);
    }
  }

  private void writeExponent(JsonSink out, int exponent) {
    int magnitude = Math.abs(exponent);
    int word = letter;
    int count = 1;
    if (exponent < 0 || signsExponents) {
      word |= (exponent < 0 ? '-' : '+') << 8;
      count = 2;
    }
    if (magnitude < 10 && padsExponents) {
      word |= '0' << (8 * count);
      count++;
    }
    out.putWord(word, count);
    out.putDigits(magnitude, JsonSink.digitsOf(magnitude));
  }
}
