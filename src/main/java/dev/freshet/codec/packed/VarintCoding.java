package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;

/** Each integer by itself, in as many bytes as it needs, in the data stream. */
final class VarintCoding implements IntCoding {

  @Override
  public long cost(long[] values) {
    int[] occurrences = new int[256];
    int bytes = 0;
    for (long value : values) {
      long rest = ByteSink.zigzag(value);
      while ((rest & ~0x7FL) != 0) {
        occurrences[(int) (rest & 0x7F) | 0x80]++;
        rest >>>= 7;
        bytes++;
      }
      occurrences[(int) rest]++;
      bytes++;
    }
    return Cost.ofBytes(occurrences, bytes);
  }

  @Override
  public void write(long[] values, Streams out) {
    for (long value : values) {
      out.data.putZigzag(value);
    }
  }

  @Override
  public long[] read(int count, Parts in) throws UndecodableException {
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.data.zigzag();
    }
    return values;
  }
}
