package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;

/** Bytes that are read one after the other, and no further than their end. */
final class Source {
  private final byte[] bytes;
  private final int end;
  private int position;

  Source(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.position = from;
    this.end = end;
  }

  int position() {
    return position;
  }

  int remaining() {
    return end - position;
  }

  byte[] bytes() {
    return bytes;
  }

  int get() throws UndecodableException {
    if (position >= end) {
      throw ended();
    }
    return bytes[position++] & 0xFF;
  }

  /** A byte ahead of the next one, which stays; -1 behind the end. */
  int peek(int ahead) {
    return ahead < end - position ? bytes[position + ahead] & 0xFF : -1;
  }

  /** Goes over bytes and says where they start. */
  int skip(long count) throws UndecodableException {
    if (count < 0 || count > end - position) {
      throw ended();
    }
    int start = position;
    position += (int) count;
    return start;
  }

  byte[] get(int count) throws UndecodableException {
    int start = skip(count);
    byte[] part = new byte[count];
    System.arraycopy(bytes, start, part, 0, count);
    return part;
  }

  long varint() throws UndecodableException {
    int first = get();
    if (first < 0x80) {
      return first;
    }
    long value = first & 0x7F;
    for (int shift = 7; shift < 64; shift += 7) {
      int next = get();
      value |= (long) (next & 0x7F) << shift;
      if (next < 0x80) {
        return value;
      }
    }
    throw new UndecodableException("the packed payload has a number of more than 64 bits");
  }

  /** Goes over so many varints and says where they start. */
  int skipVarints(int count) throws UndecodableException {
    int start = position;
    for (int i = 0; i < count; i++) {
      if (position < end && bytes[position] >= 0) {
        position++;
      } else {
        varint();
      }
    }
    return start;
  }

  /** A count or a length: at most {@code max}. */
  int count(int max) throws UndecodableException {
    long value = varint();
    if (value < 0 || value > max) {
      throw new UndecodableException(
          "the packed payload states a count of more than %d".formatted(max));
    }
    return (int) value;
  }

  long zigzag() throws UndecodableException {
    return ByteSink.unzigzag(varint());
  }

  private static UndecodableException ended() {
    return new UndecodableException("the packed payload ends too early");
  }
}
