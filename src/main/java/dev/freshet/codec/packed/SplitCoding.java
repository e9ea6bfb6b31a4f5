package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;

/**
 * Each number's exponent as a byte in the data stream, where few exponents are common and compress
 * well; sign and mantissa in the bits stream, the mantissa first. Of {@link BinaryFormat#FLOAT32}
 * only.
 */
final class SplitCoding implements FloatCoding {
  private static final int WIDTH = 24;
  private static final long MANTISSA = 0x7FFFFF;

  @Override
  public long cost(BinaryFormat format, long[] values) {
    if (format != BinaryFormat.FLOAT32) {
      return Cost.IMPOSSIBLE;
    }
    int[] occurrences = new int[256];
    for (long value : values) {
      occurrences[format.exponentOf(value)]++;
    }
    return Cost.ofBytes(occurrences, values.length) + (long) WIDTH * values.length;
  }

  @Override
  public void write(BinaryFormat format, long[] values, Streams out) {
    for (long value : values) {
      out.data.put(format.exponentOf(value));
      out.bits.put((value & MANTISSA) | format.signOf(value) << 23, WIDTH);
    }
  }

  @Override
  public Values read(BinaryFormat format, int count, Parts in) throws UndecodableException {
    if (format != BinaryFormat.FLOAT32) {
      throw new UndecodableException("the packed payload splits numbers of another format");
    }
    byte[] exponents = in.data.bytes();
    int start = in.data.skip(count);
    BitSource source = in.bits;
    long firstPlace = source.skip(count, WIDTH);
    return () -> {
      long[] values = new long[count];
      long place = firstPlace;
      for (int i = 0; i < count; i++, place += WIDTH) {
        long bits = source.peek(place, WIDTH);
        values[i] = bits >>> 23 << 31 | (exponents[start + i] & 0xFFL) << 23 | (bits & MANTISSA);
      }
      return values;
    };
  }
}
