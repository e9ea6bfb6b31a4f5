package dev.freshet.codec.packed;

import org.jspecify.annotations.Nullable;

/** A sequence of JSON numbers, and how it can be written. */
final class Numbers {
  /** Stand in the layout before a coding. The styles follow the last two. */
  static final int INTEGERS = 16;

  static final int DECIMALS = 17;
  static final int TRIMMED_DECIMALS = 18;
  static final int TEXTS = 19;
  static final int FLOATS = 32;
  static final int DOUBLES = 48;

  /** Digits behind the point. */
  static final int SCALE_MAX = 18;

  private final JsonTape tape;
  private final int[] items;
  private final NumberScan scan = new NumberScan();
  private final JsonSink scratch = new JsonSink(1 << 9);

  private int form = TEXTS;
  private long cost = Cost.IMPOSSIBLE;
  private int scale;
  private BinaryFormat format = BinaryFormat.FLOAT32;
  private long[] values = {};
  private long @Nullable [] floats;
  private int floatForm;

  private Numbers(JsonTape tape, int[] items) {
    this.tape = tape;
    this.items = items;
  }

  /** Finds the shortest form for some numbers. */
  static Numbers of(JsonTape tape, int[] items) {
    Numbers numbers = new Numbers(tape, items);
    if (!numbers.asIntegers()) {
      numbers.asDecimals();
      numbers.asBinary(BinaryFormat.FLOAT32, FLOATS);
      if (numbers.form < FLOATS) {
        numbers.asBinary(BinaryFormat.FLOAT64, DOUBLES);
      }
    }
    return numbers;
  }

  /** The integers that they are; null if one is none. */
  long @Nullable [] integers() {
    return form == INTEGERS ? values : null;
  }

  /** The bits of the floats that they are; null if one is none. */
  long @Nullable [] floats() {
    return floats;
  }

  /** What numbers that are not all integers take, in bits. */
  long cost() {
    return cost;
  }

  private boolean scan(int index) {
    scan.read(tape.text(), tape.from(items[index]), tape.to(items[index]));
    return true;
  }

  private boolean asIntegers() {
    long[] integers = new long[items.length];
    for (int i = 0; i < items.length; i++) {
      if (!scan(i) || !scan.isInteger()) {
        return false;
      }
      integers[i] = scan.unscaled();
    }
    form = INTEGERS;
    values = integers;
    return true;
  }

  /** As integers with a point at the same place, or with zeros behind the point left out. */
  private void asDecimals() {
    int least = Integer.MAX_VALUE;
    int greatest = 0;
    for (int i = 0; i < items.length; i++) {
      if (!scan(i) || !scan.isPlain()) {
        return;
      }
      least = Math.min(least, scan.fraction());
      greatest = Math.max(greatest, scan.fraction());
    }
    if (greatest > SCALE_MAX) {
      return;
    }
    long[] unscaled = new long[items.length];
    for (int i = 0; i < items.length; i++) {
      scan(i);
      long power = DecimalText.powerOfTen(greatest - scan.fraction());
      if (Math.multiplyHigh(scan.unscaled(), power) != (scan.unscaled() * power) >> 63) {
        return;
      }
      unscaled[i] = scan.unscaled() * power;
    }
    int decimals = least == greatest ? DECIMALS : TRIMMED_DECIMALS;
    for (int i = 0; i < items.length; i++) {
      scratch.clear();
      scratch.putDecimal(unscaled[i], greatest, decimals == TRIMMED_DECIMALS);
      if (!isText(i)) {
        return;
      }
    }
    take(decimals, IntCodings.cost(unscaled), unscaled);
    scale = greatest;
  }

  private boolean isText(int index) {
    return scratch.holds(tape.text(), tape.from(items[index]), tape.to(items[index]));
  }

  private void take(int newForm, long newCost, long[] newValues) {
    form = newForm;
    cost = newCost;
    values = newValues;
  }

  /** As binary floating point numbers in one of the styles. */
  private void asBinary(BinaryFormat binary, int firstForm) {
    long[] bits = new long[items.length];
    for (int i = 0; i < items.length; i++) {
      scan(i);
      bits[i] =
          binary == BinaryFormat.FLOAT32
              ? Float.floatToRawIntBits(scan.toFloat()) & 0xFFFFFFFFL
              : Double.doubleToRawLongBits(scan.toDouble());
      if (binary.exponentOf(bits[i]) == (1 << binary.exponentBits) - 1) {
        return;
      }
    }
    for (int style = 0; style < NumberStyle.count(); style++) {
      if (isWritten(binary, bits, NumberStyle.at(style))) {
        if (binary == BinaryFormat.FLOAT32) {
          floats = bits;
          floatForm = firstForm + style;
        }
        long bitsCost = FloatCodings.cost(binary, bits);
        if (cost == Cost.IMPOSSIBLE || !Cost.pays(cost, bitsCost)) {
          take(firstForm + style, bitsCost, bits);
          format = binary;
        }
        return;
      }
    }
  }

  private boolean isWritten(BinaryFormat binary, long[] bits, NumberStyle style) {
    for (int i = 0; i < bits.length; i++) {
      scratch.clear();
      writeBinary(scratch, binary, bits[i], style);
      if (!isText(i)) {
        return false;
      }
    }
    return true;
  }

  static void writeBinary(JsonSink out, BinaryFormat format, long bits, NumberStyle style) {
    if (format == BinaryFormat.FLOAT32) {
      out.putFloat(Float.intBitsToFloat((int) bits), style);
    } else {
      out.putDouble(Double.longBitsToDouble(bits), style);
    }
  }

  /**
   * Writes the form into the layout, then the numbers in their coding.
   *
   * @param columns of a matrix that they are the rows of, one after the other; 0 if of none
   */
  void write(int columns, Streams out) {
    writeForm(out.layout);
    if (form == INTEGERS && ByteRows.fits(values, columns)) {
      ByteRows.write(values, columns, out);
      return;
    }
    if (form >= FLOATS) {
      FloatCodings.write(format, values, out);
    } else if (form != TEXTS) {
      IntCodings.write(values, out);
    } else {
      for (int item : items) {
        NumberTexts.write(tape.text(), tape.from(item), tape.to(item), out);
      }
    }
  }

  /** Writes that they are floats. */
  void writeFloatForm(ByteSink layout) {
    layout.put(floatForm);
  }

  private void writeForm(ByteSink layout) {
    layout.put(form);
    if (form == DECIMALS || form == TRIMMED_DECIMALS) {
      layout.put(scale);
    }
  }
}
