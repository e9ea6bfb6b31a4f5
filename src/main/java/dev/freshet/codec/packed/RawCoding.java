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
  public long[] read(BinaryFormat format, int count, Parts in) throws UndecodableException {
    int width = format.width();
    long place = in.bits.skip(count, width);
    long[] values = new long[count];
    for (int i = 0; i < count; i++, place += width) {
      values[i] = in.bits.at(place, width);
    }
    return values;
  }
}
