package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;

/**
 * Each number with an exponent of only as many bits as the exponents' range needs, a sign only if
 * there is a negative number, and no bits that are zero at the end of all mantissas. Data: the
 * least exponent, then the exponents' width (bits 0 to 3), whether there are signs (bit 4), whether
 * mantissas are cut (bit 5), then, if they are, to how many bits. Bits, for each number: mantissa,
 * exponent above the least, sign.
 */
final class RangedCoding implements FloatCoding {
  private static final int SIGNED = 0x10;
  private static final int CUT = 0x20;

  private record Range(int least, int width, boolean isSigned, int mantissa) {
    static Range of(BinaryFormat format, long[] values) {
      int least = Integer.MAX_VALUE;
      int greatest = 0;
      long all = 0;
      for (long value : values) {
        int exponent = format.exponentOf(value);
        least = Math.min(least, exponent);
        greatest = Math.max(greatest, exponent);
        all |= value;
      }
      int cut = Math.min(format.mantissaBits, Long.numberOfTrailingZeros(all));
      return new Range(
          least,
          Integer.SIZE - Integer.numberOfLeadingZeros(greatest - least),
          format.signOf(all) != 0,
          format.mantissaBits - cut);
    }
  }

  /**
   * Numbers as they were read.
   *
   * @param place of the first, in bits
   * @param width of each, in bits
   * @param unsigned how many bits that is without the sign
   * @param cut how many bits of the mantissa are left out
   * @param base the least exponent, at its place in a number
   * @param signAt the sign's place in a number
   */
  private record Ranged(
      BitSource source,
      long place,
      int count,
      int width,
      int unsigned,
      int cut,
      long base,
      int signAt)
      implements Values {

    @Override
    public long[] decode() {
      long[] values = new long[count];
      for (int i = 0; i < count; i++) {
        values[i] = number(source.at(place + (long) i * width, width));
      }
      return values;
    }

    @Override
    public float[] floats() {
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        long bits = source.peek(place + (long) i * width, width);
        values[i] = Float.intBitsToFloat((int) number(bits));
      }
      return values;
    }

    private long number(long bits) {
      long magnitude = (bits & ((1L << unsigned) - 1)) << cut;
      long sign = (bits >>> unsigned) << signAt;
      return ((base + magnitude) & ((1L << signAt) - 1)) | sign;
    }
  }

  /** Mantissas are cut where that pays, so that the layout of most is the same. */
  private static int mantissaOf(BinaryFormat format, Range range, int count) {
    boolean pays = (long) (format.mantissaBits - range.mantissa) * count > 2 * Byte.SIZE;
    return pays ? range.mantissa : format.mantissaBits;
  }

  @Override
  public long cost(BinaryFormat format, long[] values) {
    if (values.length == 0) {
      return Cost.IMPOSSIBLE;
    }
    Range range = Range.of(format, values);
    int mantissa = mantissaOf(format, range, values.length);
    int head = ByteSink.varintBytes(range.least) + 1 + (mantissa < format.mantissaBits ? 1 : 0);
    int width = mantissa + range.width + (range.isSigned ? 1 : 0);
    return 8L * head + (long) width * values.length;
  }

  @Override
  public void write(BinaryFormat format, long[] values, Streams out) {
    Range range = Range.of(format, values);
    int mantissa = mantissaOf(format, range, values.length);
    int cut = format.mantissaBits - mantissa;
    out.data.putVarint(range.least);
    out.data.put(range.width | (range.isSigned ? SIGNED : 0) | (cut > 0 ? CUT : 0));
    if (cut > 0) {
      out.data.put(mantissa);
    }
    for (long value : values) {
      out.bits.put(value >>> cut, mantissa);
      out.bits.put(format.exponentOf(value) - range.least, range.width);
      if (range.isSigned) {
        out.bits.put(format.signOf(value), 1);
      }
    }
  }

  @Override
  public Values read(BinaryFormat format, int count, Parts in) throws UndecodableException {
    long least = in.data.varint() & ((1L << format.exponentBits) - 1);
    int flags = in.data.get();
    int exponentBits = flags & 0xF;
    boolean isSigned = (flags & SIGNED) != 0;
    int mantissa = (flags & CUT) != 0 ? in.data.get() : format.mantissaBits;
    if (exponentBits > format.exponentBits || mantissa > format.mantissaBits) {
      throw new UndecodableException("the packed payload has numbers wider than their format");
    }
    int width = mantissa + exponentBits + (isSigned ? 1 : 0);
    return new Ranged(
        in.bits,
        in.bits.skip(count, width),
        count,
        width,
        isSigned ? width - 1 : width,
        format.mantissaBits - mantissa,
        least << format.mantissaBits,
        format.width() - 1);
  }
}
