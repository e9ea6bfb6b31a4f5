package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;

/** Integers from 0 to 255, a byte each, in the data stream. */
final class ByteCoding implements IntCoding {

  @Override
  public long cost(long[] values) {
    int[] occurrences = new int[256];
    for (long value : values) {
      if ((value & ~0xFFL) != 0) {
        return Cost.IMPOSSIBLE;
      }
      occurrences[(int) value]++;
    }
    return Cost.ofBytes(occurrences, values.length);
  }

  @Override
  public void write(long[] values, Streams out) {
    for (long value : values) {
      out.data.put((int) value);
    }
  }

  @Override
  public Values read(int count, Parts in) throws UndecodableException {
    byte[] bytes = in.data.bytes();
    int start = in.data.skip(count);
    return () -> {
      long[] values = new long[count];
      for (int i = 0; i < count; i++) {
        values[i] = bytes[start + i] & 0xFF;
      }
      return values;
    };
  }
}
