package dev.freshet.codec.packed;

import java.util.Arrays;

/** Bits that are written one after the other, from the lowest bit of a byte to its highest. */
final class BitSink {
  private byte[] bytes = new byte[256];
  private long length;

  /** What was written, the last byte filled up with zeros. */
  byte[] toBytes() {
    return Arrays.copyOf(bytes, (int) ((length + 7) >>> 3));
  }

  /**
   * Writes the low bits of a number, the lowest first.
   *
   * @param width 0 to 64
   */
  void put(long value, int width) {
    if (width > 32) {
      put(value & 0xFFFFFFFFL, 32);
      put(value >>> 32, width - 32);
      return;
    }
    int first = (int) (length >>> 3);
    if (first + 8 > bytes.length) {
      bytes = Arrays.copyOf(bytes, bytes.length * 2);
    }
    long part = (value & ((1L << width) - 1)) << (length & 7);
    for (int i = first; part != 0; i++) {
      bytes[i] |= (byte) part;
      part >>>= 8;
    }
    length += width;
  }
}
