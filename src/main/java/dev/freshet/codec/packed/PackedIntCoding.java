package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;

/**
 * Each integer's distance from the least one, all in the same number of bits. Data: the least, then
 * the width; bits: the distances.
 */
final class PackedIntCoding implements IntCoding {

  private record Range(long least, int width) {
    static Range of(long[] values) {
      long least = Long.MAX_VALUE;
      long greatest = Long.MIN_VALUE;
      for (long value : values) {
        least = Math.min(least, value);
        greatest = Math.max(greatest, value);
      }
      return new Range(least, Long.SIZE - Long.numberOfLeadingZeros(greatest - least));
    }
  }

  @Override
  public long cost(long[] values) {
    if (values.length == 0) {
      return Cost.IMPOSSIBLE;
    }
    Range range = Range.of(values);
    return 8L * (1 + ByteSink.varintBytes(ByteSink.zigzag(range.least)))
        + (long) range.width * values.length;
  }

  @Override
  public void write(long[] values, Streams out) {
    Range range = Range.of(values);
    out.data.putZigzag(range.least);
    out.data.put(range.width);
    for (long value : values) {
      out.bits.put(value - range.least, range.width);
    }
  }

  @Override
  public Values read(int count, Parts in) throws UndecodableException {
    long least = in.data.zigzag();
    int width = in.data.get();
    if (width > Long.SIZE) {
      throw new UndecodableException("the packed payload has integers of more than 64 bits");
    }
    BitSource bits = in.bits;
    long start = bits.skip(count, width);
    return () -> {
      long[] values = new long[count];
      long place = start;
      for (int i = 0; i < count; i++, place += width) {
        values[i] = least + bits.at(place, width);
      }
      return values;
    };
  }
}
