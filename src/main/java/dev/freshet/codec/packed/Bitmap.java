package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;
import java.util.Arrays;

/**
 * Says in the data stream which values of a sequence are not zero: a bit each, the lowest first.
 */
final class Bitmap {
  private final byte[] bytes;
  private final int start;
  private final int length;

  private Bitmap(byte[] bytes, int start, int length) {
    this.bytes = bytes;
    this.start = start;
    this.length = length;
  }

  static int byteOf(boolean[] flags, int index) {
    int value = 0;
    for (int i = Math.min(8, flags.length - 8 * index) - 1; i >= 0; i--) {
      value = value << 1 | (flags[8 * index + i] ? 1 : 0);
    }
    return value;
  }

  /** Which of the values are not zero. */
  static boolean[] flagsOf(long[] values) {
    boolean[] flags = new boolean[values.length];
    for (int i = 0; i < values.length; i++) {
      flags[i] = values[i] != 0;
    }
    return flags;
  }

  /** The values that are not zero. */
  static long[] others(long[] values) {
    long[] others = new long[values.length];
    int count = 0;
    for (long value : values) {
      if (value != 0) {
        others[count++] = value;
      }
    }
    return Arrays.copyOf(others, count);
  }

  static void write(boolean[] flags, ByteSink data) {
    for (int i = 0; i < (flags.length + 7) / 8; i++) {
      data.put(byteOf(flags, i));
    }
  }

  static Bitmap read(int length, Source data) throws UndecodableException {
    return new Bitmap(data.bytes(), data.skip((length + 7L) / 8), length);
  }

  private boolean isSet(int index) {
    return (bytes[start + (index >>> 3)] >> (index & 7) & 1) != 0;
  }

  int setBits() {
    int count = 0;
    for (int i = 0; i < length; i++) {
      count += isSet(i) ? 1 : 0;
    }
    return count;
  }

  /** Puts values to where the bits are set. */
  long[] spread(long[] others) {
    long[] values = new long[length];
    int next = 0;
    for (int i = 0; i < length; i++) {
      if (isSet(i)) {
        values[i] = others[next++];
      }
    }
    return values;
  }
}
