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
  public long[] read(int count, Parts in) throws UndecodableException {
    byte[] classes = in.data.bytes();
    int start = in.data.skip(count);
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      int size = classes[start + i];
      if (size < 0 || size >= Long.SIZE) {
        throw new UndecodableException("the packed payload has integers of more than 63 bits");
      }
      values[i] = size < 2 ? size : 1L << (size - 1) | in.bits.get(size - 1);
    }
    return values;
  }
}
