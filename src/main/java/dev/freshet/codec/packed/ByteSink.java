package dev.freshet.codec.packed;

import java.util.Arrays;

/** Bytes that are written one after the other. */
final class ByteSink {
  private byte[] bytes = new byte[256];
  private int length;

  int length() {
    return length;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  void put(int value) {
    if (length == bytes.length) {
      bytes = Arrays.copyOf(bytes, length * 2);
    }
    bytes[length++] = (byte) value;
  }

  void put(byte[] source) {
    put(source, 0, source.length);
  }

  void put(byte[] source, int from, int to) {
    int count = to - from;
    if (count > bytes.length - length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + count, bytes.length * 2));
    }
    System.arraycopy(source, from, bytes, length, count);
    length += count;
  }

  /** Writes an unsigned number in groups of 7 bits, the lowest first. */
  void putVarint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      put((int) (rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    put((int) rest);
  }

  /** Writes a signed number: 0, -1, 1, -2, 2 … as the unsigned 0, 1, 2, 3, 4 … */
  void putZigzag(long value) {
    putVarint(zigzag(value));
  }

  static long zigzag(long value) {
    return (value << 1) ^ (value >> 63);
  }

  static long unzigzag(long value) {
    return (value >>> 1) ^ -(value & 1);
  }

  /** The bytes that {@link #putVarint} takes for a number. */
  static int varintBytes(long value) {
    return Math.max(1, (70 - Long.numberOfLeadingZeros(value)) / 7);
  }
}
