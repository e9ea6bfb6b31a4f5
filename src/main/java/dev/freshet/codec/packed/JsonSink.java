package dev.freshet.codec.packed;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.freshet.codec.Codec;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A JSON text that grows, to at most {@link Codec#DOCUMENT_BYTES_MAX} bytes: what would make it
 * longer is left out, and {@link #isTooLong} says so. Belongs to one thread.
 */
final class JsonSink {
  /** Making room anew for each text takes as long as a tenth of writing it. */
  private static final ConcurrentLinkedQueue<JsonSink> KEPT = new ConcurrentLinkedQueue<>();

  private static final int KEPT_MAX = 16;
  private static final int KEPT_BYTES_MAX = 1 << 20;

  private static final int HUNDRED_MILLION = 100_000_000;
  private static final long[] POWERS_OF_TEN = powersOfTen();

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** 0 to 99, two digits each, the first in the lower byte. */
  private static final short[] PAIRS = pairs();

  /** 0 to 255, each with a comma behind it, the first character in the lowest byte. */
  private static final int[] OCTETS = octets();

  final ShortestDecimal decimal = new ShortestDecimal();
  private byte[] bytes;
  private int length;
  private boolean isTooLong;

  /** An empty one, perhaps with the room of a text before. To be given back. */
  static JsonSink lend() {
    JsonSink kept = KEPT.poll();
    return kept == null ? new JsonSink(1 << 12) : kept;
  }

  /** Takes back a lent one, whose text is not needed any more. */
  void giveBack() {
    if (bytes.length <= KEPT_BYTES_MAX && KEPT.size() < KEPT_MAX) {
      length = 0;
      isTooLong = false;
      KEPT.add(this);
    }
  }

  JsonSink(int expectedBytes) {
    bytes = new byte[Math.max(64, expectedBytes)];
  }

  private static long[] powersOfTen() {
    long[] powers = new long[19];
    powers[0] = 1;
    for (int i = 1; i < powers.length; i++) {
      powers[i] = powers[i - 1] * 10;
    }
    return powers;
  }

  private static int[] octets() {
    int[] octets = new int[256];
    for (int i = 0; i < octets.length; i++) {
      byte[] text = Arrays.copyOf((i + ",").getBytes(US_ASCII), Integer.BYTES);
      octets[i] = (int) INT.get(text, 0);
    }
    return octets;
  }

  private static short[] pairs() {
    short[] pairs = new short[100];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = (short) ('0' + i / 10 | ('0' + i % 10) << 8);
    }
    return pairs;
  }

  /** The decimal digits of a number that is not negative; 1 for 0. */
  static int digitsOf(long value) {
    int guess = ((64 - Long.numberOfLeadingZeros(value | 1)) * 1233) >>> 12;
    return guess < POWERS_OF_TEN.length && value >= POWERS_OF_TEN[guess]
        ? guess + 1
        : Math.max(1, guess);
  }

  static long powerOfTen(int exponent) {
    return POWERS_OF_TEN[exponent];
  }

  boolean isTooLong() {
    return isTooLong;
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
  private boolean hasRoom(long count) {
    if (count <= bytes.length - length) {
      return true;
    }
    if (count > Codec.DOCUMENT_BYTES_MAX - length) {
      isTooLong = true;
      return false;
    }
    long grown = Math.max(length + count, 2L * bytes.length);
    bytes = Arrays.copyOf(bytes, (int) Math.min(grown, Codec.DOCUMENT_BYTES_MAX));
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

  void putZeros(int count) {
    if (hasRoom(count)) {
      Arrays.fill(bytes, length, length + count, (byte) '0');
      length += count;
    }
  }

  /** Writes exactly so many digits of a number, with zeros before it where it has fewer. */
  void putDigits(long value, int count) {
    if (count <= 8 && value < HUNDRED_MILLION && hasRoom(8)) {
      LONG.set(bytes, length, eightDigits((int) value) >>> ((8 - count) * 8));
      length += count;
    } else if (hasRoom(count)) {
      length += count;
      digitsBefore(value, length, count);
    }
  }

  /**
   * The last eight decimal digits of a number below 10^8, as characters, the first in the lowest
   * byte. All are found at once, in parts of a long: four digits each, then two, then one.
   */
  private static long eightDigits(int value) {
    long fours = value / 10_000 | (long) (value % 10_000) << 32;
    long hundreds = ((fours * 10_486) >>> 20) & 0x7F_0000_007FL;
    long twos = hundreds | (fours - 100 * hundreds) << 16;
    long tens = ((twos * 103) >>> 10) & 0x000F_000F_000F_000FL;
    return (tens | (twos - 10 * tens) << 8) | 0x3030_3030_3030_3030L;
  }

  private void digitsBefore(long value, int end, int count) {
    int at = end;
    int left = count;
    long rest = value;
    while (left >= 2) {
      at -= 2;
      SHORT.set(bytes, at, PAIRS[(int) (rest % 100)]);
      rest /= 100;
      left -= 2;
    }
    if (left == 1) {
      bytes[--at] = (byte) ('0' + rest % 10);
    }
  }

  /** Writes integers from 0 to 255 with commas between them. */
  void putOctets(byte[] values, int from, int to) {
    if (from >= to || !hasRoom(4L * (to - from))) {
      return;
    }
    byte[] text = bytes;
    int at = length;
    for (int i = from; i < to; i++) {
      int octet = OCTETS[values[i] & 0xFF];
      INT.set(text, at, octet);
      at += Integer.BYTES - (Integer.numberOfLeadingZeros(octet) >>> 3);
    }
    length = at - 1;
  }

  /** Writes integers with commas between them. */
  void putIntegers(long[] values, int from, int to) {
    for (int i = from; i < to && !isTooLong; i++) {
      if (i > from) {
        put(',');
      }
      putInteger(values[i]);
    }
  }

  /** Writes an integer. */
  void putInteger(long value) {
    if (value >= 0 && value < 10) {
      put((char) ('0' + value));
      return;
    }
    if (value == Long.MIN_VALUE) {
      put(Long.toString(value).getBytes(US_ASCII));
      return;
    }
    long magnitude = Math.abs(value);
    if (value < 0) {
      put('-');
    }
    putDigits(magnitude, digitsOf(magnitude));
  }

  /**
   * Writes digits with a point among or before them: at least one digit stands before it.
   *
   * @param count of the digits
   * @param fraction how many of the digits stand behind the point, 1 or more
   */
  void putPlain(long digits, int count, int fraction) {
    if (count <= fraction) {
      put('0');
      put('.');
      putZeros(fraction - count);
      putDigits(digits, count);
    } else if (count <= 8 && hasRoom(17)) {
      long text = eightDigits((int) digits) >>> ((8 - count) * 8);
      int whole = count - fraction;
      LONG.set(bytes, length, text);
      bytes[length + whole] = '.';
      LONG.set(bytes, length + whole + 1, text >>> (whole * 8));
      length += count + 1;
    } else if (count == 9 && hasRoom(18)) {
      long text = eightDigits((int) (digits % HUNDRED_MILLION));
      int whole = count - fraction;
      bytes[length] = (byte) ('0' + digits / HUNDRED_MILLION);
      LONG.set(bytes, length + 1, text);
      bytes[length + whole] = '.';
      LONG.set(bytes, length + whole + 1, text >>> ((whole - 1) * 8));
      length += count + 1;
    } else if (hasRoom(count + 1L)) {
      int point = length + count - fraction;
      digitsBefore(digits, length + count + 1, count);
      System.arraycopy(bytes, length + 1, bytes, length, count - fraction);
      bytes[point] = '.';
      length += count + 1;
    }
  }
}
