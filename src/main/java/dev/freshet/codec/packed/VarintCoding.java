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
  public Values read(int count, Parts in) throws UndecodableException {
    byte[] bytes = in.data.bytes();
    int start = in.data.skipVarints(count);
    return () -> {
      long[] values = new long[count];
      int at = start;
      for (int i = 0; i < count; i++) {
        long value = bytes[at] & 0x7F;
        for (int shift = 7; bytes[at++] < 0; shift += 7) {
          value |= (long) (bytes[at] & 0x7F) << shift;
        }
        values[i] = ByteSink.unzigzag(value);
      }
      return values;
    };
  }
}
