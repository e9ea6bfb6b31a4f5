package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;

/** Integers that are 0 or 1, a bit each, in the bits stream. */
final class FlagCoding implements IntCoding {

  @Override
  public long cost(long[] values) {
    for (long value : values) {
      if ((value & ~1L) != 0) {
        return Cost.IMPOSSIBLE;
      }
    }
    return values.length;
  }

  @Override
  public void write(long[] values, Streams out) {
    for (long value : values) {
      out.bits.put(value, 1);
    }
  }

  @Override
  public Values read(int count, Parts in) throws UndecodableException {
    BitSource bits = in.bits;
    long place = bits.skip(count, 1);
    return () -> {
      long[] values = new long[count];
      for (int i = 0; i < count; i++) {
        values[i] = bits.peek(place + i, 1);
      }
      return values;
    };
  }
}
