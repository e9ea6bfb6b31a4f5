package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;

/** All bits of each number, in the bits stream. */
final class RawCoding implements FloatCoding {

  @Override
  public long cost(BinaryFormat format, long[] values) {
    return (long) format.width() * values.length;
  }

  @Override
  public void write(BinaryFormat format, long[] values, Streams out) {
    for (long value : values) {
      out.bits.put(value, format.width());
    }
  }

  @Override
  public Values read(BinaryFormat format, int count, Parts in) throws UndecodableException {
    int width = format.width();
    BitSource bits = in.bits;
    long start = bits.skip(count, width);
    return () -> {
      long[] values = new long[count];
      long place = start;
      for (int i = 0; i < count; i++, place += width) {
        values[i] = bits.at(place, width);
      }
      return values;
    };
  }
}
