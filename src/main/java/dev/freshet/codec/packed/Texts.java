package dev.freshet.codec.packed;

import static dev.freshet.codec.packed.Words.INT;
import static dev.freshet.codec.packed.Words.LONG;

import dev.freshet.codec.UndecodableException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * How a sequence of JSON strings is written. A string is what stands between its quotes, escapes
 * and all.
 */
final class Texts {
  /** Stand in the layout. */
  static final int PLAIN = 8;

  static final int UUIDS = 9;
  static final int NUMBERED = 10;
  static final int KNOWN = 11;
  static final int HEXADECIMAL = 12;

  private static final int UUID_LENGTH = 36;
  private static final String HEX = "0123456789abcdef";
  private static final int HEX_LENGTH_MIN = 8;
  private static final int NUMBER_DIGITS_MIN = 3;
  private static final int NUMBER_DIGITS_MAX = 18;

  private final JsonTape tape;
  private final int[] items;
  private final Strings strings;

  Texts(JsonTape tape, int[] items, Strings strings) {
    this.tape = tape;
    this.items = items;
    this.strings = strings;
  }

  void write(Streams out) {
    if (all(item -> strings.placeOf(tape.text(), tape.from(item), tape.to(item)) != null)) {
      out.layout.put(KNOWN);
      for (int item : items) {
        Integer place = strings.placeOf(tape.text(), tape.from(item), tape.to(item));
        out.data.putVarint(place == null ? 0 : place);
      }
    } else if (all(this::isUuid)) {
      out.layout.put(UUIDS);
      for (int item : items) {
        writeHex(item, out.bits);
      }
    } else if (all(this::isHex)) {
      out.layout.put(HEXADECIMAL);
      for (int item : items) {
        out.data.putVarint(tape.to(item) - tape.from(item));
        writeHex(item, out.bits);
      }
    } else if (all(item -> tailDigits(item) >= NUMBER_DIGITS_MIN) && areNumbered()) {
      writeNumbered(out);
    } else {
      out.layout.put(PLAIN);
      for (int item : items) {
        out.data.putVarint(tape.to(item) - tape.from(item));
        out.data.put(tape.text(), tape.from(item), tape.to(item));
      }
    }
  }

  /** The different strings of a document that a dictionary could know, in part or as a whole. */
  static Set<ByteBuffer> knowable(JsonTape tape) {
    Set<ByteBuffer> texts = new HashSet<>();
    for (int item = 0; item < tape.next(0); item++) {
      if (tape.kind(item) == JsonTape.STRING && tape.to(item) > tape.from(item)) {
        Texts one = new Texts(tape, new int[] {item}, Strings.NONE);
        texts.add(ByteBuffer.wrap(tape.bytes(item)));
        int prefix = tape.to(item) - tape.from(item) - one.tailDigits(item);
        texts.add(ByteBuffer.wrap(tape.bytes(item), 0, prefix).slice());
      }
    }
    return texts;
  }

  private boolean all(IntPredicate predicate) {
    return Arrays.stream(items).allMatch(predicate);
  }

  private int digit(int at) {
    return HEX.indexOf(tape.text()[at]);
  }

  private boolean isUuid(int item) {
    int from = tape.from(item);
    if (tape.to(item) - from != UUID_LENGTH) {
      return false;
    }
    for (int i = 0; i < UUID_LENGTH; i++) {
      if (isHyphen(i) ? tape.text()[from + i] != '-' : digit(from + i) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isHyphen(int index) {
    return index == 8 || index == 13 || index == 18 || index == 23;
  }

  private boolean isHex(int item) {
    if (tape.to(item) - tape.from(item) < HEX_LENGTH_MIN) {
      return false;
    }
    for (int i = tape.from(item); i < tape.to(item); i++) {
      if (digit(i) < 0) {
        return false;
      }
    }
    return true;
  }

  private void writeHex(int item, BitSink bits) {
    for (int i = tape.from(item); i < tape.to(item); i++) {
      if (tape.text()[i] != '-') {
        bits.put(digit(i), 4);
      }
    }
  }

  /** How many digits a text ends with. */
  private int tailDigits(int item) {
    int from = tape.from(item);
    int at = tape.to(item);
    while (at > from && tape.text()[at - 1] >= '0' && tape.text()[at - 1] <= '9') {
      at--;
    }
    // A digit of an escape is no number's.
    return isInEscape(at, from) ? 0 : Math.min(tape.to(item) - at, NUMBER_DIGITS_MAX);
  }

  private boolean isInEscape(int at, int from) {
    for (int i = at - 1; i >= Math.max(from, at - 6); i--) {
      if (tape.text()[i] == '\\') {
        return true;
      }
    }
    return false;
  }

  /** Whether all are the same text, with as many digits behind it. */
  private boolean areNumbered() {
    byte[] text = tape.text();
    int first = items[0];
    int prefix = tape.to(first) - tailDigits(first) - tape.from(first);
    for (int item : items) {
      int length = tape.to(item) - tailDigits(item) - tape.from(item);
      boolean isSame =
          Arrays.equals(
              text,
              tape.from(first),
              tape.from(first) + prefix,
              text,
              tape.from(item),
              tape.from(item) + length);
      if (!isSame || tailDigits(item) != tailDigits(first)) {
        return false;
      }
    }
    return true;
  }

  /** Layout: the digits of each; data: the prefix of all; then the numbers, in a coding. */
  private void writeNumbered(Streams out) {
    int first = items[0];
    int digits = tailDigits(first);
    int prefixEnd = tape.to(first) - digits;
    out.layout.put(NUMBERED);
    out.layout.put(digits);
    Integer known = strings.placeOf(tape.text(), tape.from(first), prefixEnd);
    if (known != null) {
      out.data.putVarint(known + 1L);
    } else {
      out.data.putVarint(0);
      out.data.putVarint(prefixEnd - tape.from(first));
      out.data.put(tape.text(), tape.from(first), prefixEnd);
    }
    NumberScan scan = new NumberScan();
    long[] numbers = new long[items.length];
    for (int i = 0; i < items.length; i++) {
      scan.read(tape.text(), tape.to(items[i]) - digits, tape.to(items[i]));
      numbers[i] = scan.unscaled();
    }
    IntCodings.write(numbers, out);
  }

  /**
   * Reads a sequence of strings.
   *
   * @param coding one of this class's
   */
  static byte[][] read(int coding, int count, Parts in) throws UndecodableException {
    byte[][] texts = new byte[count][];
    switch (coding) {
      case KNOWN -> {
        for (int i = 0; i < count; i++) {
          texts[i] = in.strings.at(in.data.varint());
        }
      }
      case UUIDS -> {
        for (int i = 0; i < count; i++) {
          texts[i] = readUuid(in);
        }
      }
      case HEXADECIMAL -> {
        for (int i = 0; i < count; i++) {
          texts[i] = readHex(in.data.count(Integer.MAX_VALUE), in);
        }
      }
      case NUMBERED -> readNumbered(texts, in);
      case PLAIN -> {
        for (int i = 0; i < count; i++) {
          texts[i] = in.data.get(in.data.count(Integer.MAX_VALUE));
        }
      }
      default -> throw new UndecodableException("the packed payload has an unknown kind of text");
    }
    return texts;
  }

  private static byte[] readUuid(Parts in) throws UndecodableException {
    byte[] text = new byte[UUID_LENGTH];
    long place = in.bits.skip(UUID_LENGTH - 4, 4);
    long second = hex(in.bits.peek(place + 32, 32));
    long third = hex(in.bits.peek(place + 64, 32));
    LONG.set(text, 0, hex(in.bits.peek(place, 32)));
    INT.set(text, 9, (int) second);
    INT.set(text, 14, (int) (second >>> 32));
    INT.set(text, 19, (int) third);
    INT.set(text, 24, (int) (third >>> 32));
    LONG.set(text, 28, hex(in.bits.peek(place + 96, 32)));
    for (int hyphen = 8; hyphen <= 23; hyphen += 5) {
      text[hyphen] = '-';
    }
    return text;
  }

  private static byte[] readHex(int length, Parts in) throws UndecodableException {
    long place = in.bits.skip(length, 4);
    byte[] text = new byte[length];
    int i = 0;
    for (; i <= length - 8; i += 8) {
      LONG.set(text, i, hex(in.bits.peek(place + 4L * i, 32)));
    }
    for (; i < length; i++) {
      text[i] = (byte) hex(in.bits.peek(place + 4L * i, 4));
    }
    return text;
  }

  /** The hexadecimal digits of 32 bits, the lowest first, as characters, a byte each. */
  private static long hex(long bits) {
    long digits = (bits | bits << 16) & 0x0000_FFFF_0000_FFFFL;
    digits = (digits | digits << 8) & 0x00FF_00FF_00FF_00FFL;
    digits = (digits | digits << 4) & 0x0F0F_0F0F_0F0F_0F0FL;
    long letters = ((digits + 0x0606_0606_0606_0606L) >>> 4) & 0x0101_0101_0101_0101L;
    return digits + 0x3030_3030_3030_3030L + letters * ('a' - '9' - 1);
  }

  private static void readNumbered(byte[][] texts, Parts in) throws UndecodableException {
    int digits = in.layout.get();
    long known = in.data.varint();
    byte[] prefix =
        known == 0 ? in.data.get(in.data.count(Integer.MAX_VALUE)) : in.strings.at(known - 1);
    if (digits == 0 || digits > NUMBER_DIGITS_MAX) {
      throw new UndecodableException("the packed payload numbers texts with too many digits");
    }
    in.claim((long) texts.length * (prefix.length / Long.BYTES));
    long[] numbers = in.ints(texts.length).decode();
    for (int i = 0; i < texts.length; i++) {
      long rest = Math.abs(numbers[i]);
      byte[] text = Arrays.copyOf(prefix, prefix.length + digits);
      for (int at = text.length - 1; at >= prefix.length; at--) {
        text[at] = (byte) ('0' + Math.floorMod(rest, 10L));
        rest /= 10;
      }
      texts[i] = text;
    }
  }
}
