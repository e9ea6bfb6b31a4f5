package dev.freshet.codec.packed;

import static dev.freshet.codec.packed.Words.INT;
import static dev.freshet.codec.packed.Words.LONG;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.freshet.codec.Codec;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A JSON text that grows. What goes far beyond {@link Codec#DOCUMENT_BYTES_MAX} is left out, and
 * {@link #isTooLong} says whether the text is longer. Belongs to one thread.
 */
final class JsonSink {
  private static final int KEPT_MAX = 16;

  /** Making room anew for each text takes as long as a tenth of writing it. */
  private static final AtomicReferenceArray<@Nullable JsonSink> KEPT =
      new AtomicReferenceArray<>(KEPT_MAX);

  private static final int KEPT_BYTES_MAX = 1 << 20;

  /** What may be written behind the end of a text: it makes a check once for many bytes enough. */
  private static final int SLACK_BYTES = 1 << 12;

  /** A number, and a comma. */
  private static final int NUMBER_BYTES = DecimalText.BYTES_MAX + 1;

  /** Values that are written after one check for room. */
  private static final int BLOCK = SLACK_BYTES / Integer.BYTES;

  /** 0 to 255, each with a comma behind it, the first character in the lowest byte. */
  private static final int[] OCTETS = octets();

  /** 0 to 15: its four bits from the lowest up, each with a comma behind it. */
  private static final long[] NIBBLES = nibbles();

  private byte[] bytes;
  private int length;
  private boolean isFull;

  /** An empty one, perhaps with the room of a text before. To be given back. */
  static JsonSink lend() {
    JsonSink kept = KEPT.getAndSet(placeOfThread(), null);
    return kept == null ? new JsonSink(1 << 12) : kept;
  }

  /** Takes back a lent one, whose text is not needed any more. */
  void giveBack() {
    if (bytes.length <= KEPT_BYTES_MAX) {
      length = 0;
      isFull = false;
      KEPT.setRelease(placeOfThread(), this);
    }
  }

  private static int placeOfThread() {
    return (int) (Thread.currentThread().getId() % KEPT_MAX);
  }

  JsonSink(int expectedBytes) {
    bytes = new byte[Math.max(64, expectedBytes)];
  }

  private static int[] octets() {
    int[] octets = new int[256];
    for (int i = 0; i < octets.length; i++) {
      byte[] text = Arrays.copyOf((i + ",").getBytes(US_ASCII), Integer.BYTES);
      octets[i] = (int) INT.get(text, 0);
    }
    return octets;
  }

  private static long[] nibbles() {
    long[] nibbles = new long[16];
    for (int i = 0; i < nibbles.length; i++) {
      String text = "%d,%d,%d,%d,".formatted(i & 1, i >> 1 & 1, i >> 2 & 1, i >> 3);
      nibbles[i] = (long) LONG.get(text.getBytes(US_ASCII), 0);
    }
    return nibbles;
  }

  /** Whether the text is longer than a document may be. */
  boolean isTooLong() {
    return isFull || length > Codec.DOCUMENT_BYTES_MAX;
  }

  /** Whether something was left out; what follows may be left out too. */
  boolean isFull() {
    return isFull;
  }

  int length() {
    return length;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  /** Whether the text is the given one. */
  boolean holds(byte[] text, int from, int to) {
    return Arrays.equals(bytes, 0, length, text, from, to);
  }

  void clear() {
    length = 0;
  }

  /** Whether there is room for so many more bytes. */
  private boolean hasRoom(int count) {
    return count <= bytes.length - length || grow(count);
  }

  private boolean grow(int count) {
    int most = Codec.DOCUMENT_BYTES_MAX + SLACK_BYTES;
    if (count > most - length) {
      isFull = true;
      return false;
    }
    long grown = Math.max((long) length + count, 2L * bytes.length);
    bytes = Arrays.copyOf(bytes, (int) Math.min(grown, most));
    return true;
  }

  void put(char c) {
    if (hasRoom(1)) {
      bytes[length++] = (byte) c;
    }
  }

  void put(byte[] source, int from, int to) {
    if (hasRoom(to - from)) {
      System.arraycopy(source, from, bytes, length, to - from);
      length += to - from;
    }
  }

  void put(byte[] source) {
    put(source, 0, source.length);
  }

  private void putComma(int at) {
    bytes[at] = ',';
    length = at + 1;
  }

  /** Takes back the comma behind the last of several values. */
  private void removeComma(int from, int to) {
    if (from < to && !isFull) {
      length--;
    }
  }

  /** Writes bits as 0 and 1 with commas between them. */
  void putBits(BitSource bits, long place, int count) {
    for (int block = 0; block < count && hasRoom(SLACK_BYTES); block += BLOCK) {
      byte[] text = bytes;
      int at = length;
      int end = Math.min(count, block + BLOCK);
      for (int i = block; i < end; i += Integer.SIZE) {
        long next = bits.peek(place + i, Integer.SIZE);
        for (int bit = 0; bit < Integer.SIZE; bit += 4, at += Long.BYTES) {
          LONG.set(text, at, NIBBLES[(int) (next >>> bit) & 0xF]);
        }
      }
      length += 2 * (end - block);
    }
    removeComma(0, count);
  }

  /** Writes integers from 0 to 255 with commas between them. */
  void putOctets(byte[] values, int from, int to) {
    for (int block = from; block < to && hasRoom(SLACK_BYTES); block += BLOCK) {
      byte[] text = bytes;
      int at = length;
      int end = Math.min(to, block + BLOCK);
      for (int i = block; i < end; i++) {
        int octet = OCTETS[values[i] & 0xFF];
        INT.set(text, at, octet);
        at += bytesOf(octet);
      }
      length = at;
    }
    removeComma(from, to);
  }

  private static int bytesOf(int octet) {
    return Integer.BYTES - (Integer.numberOfLeadingZeros(octet) >>> 3);
  }

  /** Writes integers with commas between them. */
  void putIntegers(long[] values, int from, int to) {
    for (int i = from; i < to && hasRoom(NUMBER_BYTES); i++) {
      long value = values[i];
      if ((value & ~0xFFL) == 0) {
        int octet = OCTETS[(int) value];
        INT.set(bytes, length, octet);
        length += bytesOf(octet);
      } else {
        putComma(DecimalText.integer(bytes, length, value));
      }
    }
    removeComma(from, to);
  }

  /** Writes an integer. */
  void putInteger(long value) {
    if (hasRoom(NUMBER_BYTES)) {
      length = DecimalText.integer(bytes, length, value);
    }
  }

  /** Writes an integer with a point in it, as {@link DecimalText#decimal} does. */
  void putDecimal(long unscaled, int scale, boolean isTrimmed) {
    if (hasRoom(NUMBER_BYTES)) {
      length = DecimalText.decimal(bytes, length, unscaled, scale, isTrimmed);
    }
  }

  /** Writes a number of single precision. */
  void putFloat(float value, NumberStyle style) {
    if (hasRoom(NUMBER_BYTES)) {
      length = style.write(bytes, length, Float.floatToRawIntBits(value));
    }
  }

  /** Writes a number of double precision. */
  void putDouble(double value, NumberStyle style) {
    if (hasRoom(NUMBER_BYTES)) {
      length = style.write(bytes, length, Double.doubleToRawLongBits(value));
    }
  }

  /** Writes numbers with commas between them. */
  void putFloats(float[] values, int from, int to, NumberStyle style) {
    int before = 0;
    int written = 0;
    for (int i = from; i < to && hasRoom(NUMBER_BYTES); i++) {
      int number = Float.floatToRawIntBits(values[i]);
      if (number == before && written > 0) {
        repeat(written);
      } else {
        int start = length;
        putComma(style.write(bytes, start, number));
        written = length - start;
        before = number;
      }
    }
    removeComma(from, to);
  }

  /** Writes the last few bytes once more. */
  private void repeat(int count) {
    int start = length - count;
    if (count <= 2 * Long.BYTES) {
      long second = (long) LONG.get(bytes, start + Long.BYTES);
      LONG.set(bytes, length, (long) LONG.get(bytes, start));
      LONG.set(bytes, length + Long.BYTES, second);
    } else {
      System.arraycopy(bytes, start, bytes, length, count);
    }
    length += count;
  }

  /** Writes numbers with commas between them. */
  void putDoubles(double[] values, int from, int to, NumberStyle style) {
    for (int i = from; i < to && hasRoom(NUMBER_BYTES); i++) {
      putComma(style.write(bytes, length, Double.doubleToRawLongBits(values[i])));
    }
    removeComma(from, to);
  }
}
