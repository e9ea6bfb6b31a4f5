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
  public long[] read(int count, Parts in) throws UndecodableException {
    long least = in.data.zigzag();
    int width = in.data.get();
    if (width > Long.SIZE) {
      throw new UndecodableException("the packed payload has integers of more than 64 bits");
    }
    long place = in.bits.skip(count, width);
    long[] values = new long[count];
    for (int i = 0; i < count; i++, place += width) {
      values[i] = least + in.bits.at(place, width);
    }
    return values;
  }
}
