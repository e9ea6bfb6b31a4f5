package dev.freshet.codec.packed;

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

  private final int plainFrom;
  private final int plainBelow;
  private final boolean pointsIntegers;
  private final boolean pointsMantissas;
  private final boolean signsExponents;
  private final boolean padsExponents;
  private final char letter;

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
  }

  static int count() {
    return ALL.length;
  }

  static NumberStyle at(int ordinal) {
    return ALL[ordinal];
  }

  /** Writes a number. */
  void write(float value, JsonSink out) {
    int bits = Float.floatToRawIntBits(value);
    out.decimal.ofFloat(bits & Integer.MAX_VALUE);
    write(out, bits < 0, out.decimal);
  }

  /** Writes a number, given its decimal. */
  void write(JsonSink out, boolean isNegative, ShortestDecimal decimal) {
    if (isNegative) {
      out.put('-');
    }
    long digits = decimal.digits();
    if (digits == 0) {
      out.put('0');
      if (pointsIntegers) {
        out.put('.');
        out.put('0');
      }
      return;
    }
    int exponent = decimal.exponent();
    int length = JsonSink.digitsOf(digits);
    int first = exponent + length - 1;
    if (first < plainFrom || first >= plainBelow) {
      withExponent(out, digits, length, first);
    } else if (exponent >= 0) {
      out.putDigits(digits, length);
      out.putZeros(exponent);
      if (pointsIntegers) {
        out.put('.');
        out.put('0');
      }
    } else {
      out.putPlain(digits, length, -exponent);
    }
  }

  private void withExponent(JsonSink out, long digits, int length, int first) {
    if (length > 1) {
      out.putPlain(digits, length, length - 1);
    } else {
      out.putDigits(digits, 1);
      if (pointsMantissas) {
        out.put('.');
        out.put('0');
      }
    }
    out.put(letter);
    if (first < 0) {
      out.put('-');
    } else if (signsExponents) {
      out.put('+');
    }
    int magnitude = Math.abs(first);
    if (magnitude < 10 && padsExponents) {
      out.put('0');
    }
    out.putDigits(magnitude, JsonSink.digitsOf(magnitude));
  }
}
