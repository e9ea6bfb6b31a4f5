package dev.freshet.codec.packed;

/**
 * A binary floating point format (IEEE 754): a sign, an exponent, a mantissa, from the highest bit
 * down. Numbers of both formats are handled as their bits in a {@code long}.
 */
enum BinaryFormat {
  FLOAT32(8, 23),
  FLOAT64(11, 52);

  final int exponentBits;
  final int mantissaBits;

  BinaryFormat(int exponentBits, int mantissaBits) {
    this.exponentBits = exponentBits;
    this.mantissaBits = mantissaBits;
  }

  int width() {
    return 1 + exponentBits + mantissaBits;
  }

  int exponentOf(long bits) {
    return (int) (bits >>> mantissaBits) & ((1 << exponentBits) - 1);
  }

  long signOf(long bits) {
    return bits >>> (exponentBits + mantissaBits) & 1;
  }

  double toDouble(long bits) {
    return this == FLOAT32 ? Float.intBitsToFloat((int) bits) : Double.longBitsToDouble(bits);
  }

  /** The bits of a number, rounded to this format. */
  long bitsOf(double value) {
    return this == FLOAT32
        ? Float.floatToRawIntBits((float) value) & 0xFFFFFFFFL
        : Double.doubleToRawLongBits(value);
  }
}
