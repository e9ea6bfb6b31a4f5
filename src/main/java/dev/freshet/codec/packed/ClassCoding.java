package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;

/**
 * The number of bits of each integer, which must not be negative, as a byte in the data stream,
 * where few sizes are common and compress well; then what follows the highest bit of each, in the
 * bits stream.
 */
final class ClassCoding implements IntCoding {

  private static int classOf(long value) {
    return Long.SIZE - Long.numberOfLeadingZeros(value);
  }

  @Override
  public long cost(long[] values) {
    int[] occurrences = new int[Long.SIZE];
    long bits = 0;
    for (long value : values) {
      if (value < 0) {
        return Cost.IMPOSSIBLE;
      }
      int size = classOf(value);
      occurrences[size]++;
      bits += Math.max(0, size - 1);
    }
    return bits + Cost.ofBytes(occurrences, values.length);
  }

  @Override
  public void write(long[] values, Streams out) {
    for (long value : values) {
      out.data.put(classOf(value));
    }
    for (long value : values) {
      out.bits.put(value, Math.max(0, classOf(value) - 1));
    }
  }

  @Override
  public Values read(int count, Parts in) throws UndecodableException {
    byte[] classes = in.data.bytes();
    int start = in.data.skip(count);
    long width = 0;
    int all = 0;
    for (int i = start; i < start + count; i++) {
      int size = classes[i];
      all |= size;
      width += Math.max(0, size - 1);
    }
    if ((all & -Long.SIZE) != 0) {
      throw new UndecodableException("the packed payload has integers of more than 63 bits");
    }
    BitSource bits = in.bits;
    long firstPlace = bits.skip(width, 1);
    return () -> {
      long[] values = new long[count];
      long place = firstPlace;
      for (int i = 0; i < count; i++) {
        int size = classes[start + i];
        values[i] = size < 2 ? size : 1L << (size - 1) | bits.at(place, size - 1);
        place += Math.max(0, size - 1);
      }
      return values;
    };
  }
}
