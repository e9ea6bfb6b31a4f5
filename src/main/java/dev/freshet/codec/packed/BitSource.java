package dev.freshet.codec.packed;

import static dev.freshet.codec.packed.Words.LONG;

import dev.freshet.codec.UndecodableException;

/** Bits that are read one after the other, from the lowest bit of a byte to its highest. */
final class BitSource {
  /** Bytes that must follow the last one, so that eight can be read at once. */
  static final int SLACK_BYTES = 8;

  private final byte[] bytes;
  private final long end;
  private long position;

  /** Reads from a range that {@link #SLACK_BYTES} more bytes follow. */
  BitSource(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.position = (long) from << 3;
    this.end = (long) to << 3;
  }

  /** Whether less than a byte is left, and only zeros. */
  boolean isAtEnd() {
    return end - position < 8 && (position == end || peek(position, (int) (end - position)) == 0);
  }

  /**
   * Goes over so many values of so many bits, and says where they start, in bits.
   *
   * @param count below 2^48
   * @param width 0 to 64
   */
  long skip(long count, int width) throws UndecodableException {
    long start = position;
    if (count < 0 || count * width > end - position) {
      throw new UndecodableException("the packed payload ends too early");
    }
    position += count * width;
    return start;
  }

  long get(int width) throws UndecodableException {
    return at(skip(1, width), width);
  }

  /**
   * The bits at a place that {@link #skip} gave.
   *
   * @param width 0 to 64
   */
  long at(long place, int width) {
    if (width <= 57) {
      return peek(place, width);
    }
    return peek(place, 32) | peek(place + 32, width - 32) << 32;
  }

  /**
   * The bits at a place.
   *
   * @param width 0 to 57
   */
  long peek(long place, int width) {
    return ((long) LONG.get(bytes, (int) (place >>> 3)) >>> (place & 7)) & ((1L << width) - 1);
  }
}
