package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts a document together from its streams. */
final class PackedDecoder {
  /** Values within values; an array of arrays counts twice. */
  private static final int DEPTH_MAX = 2 * JsonTape.DEPTH_MAX + 2;

  private static final Sequence NOTHING = new Sequences.Nothing();
  private static final Sequence TRUE = new Sequences.Flags(new boolean[] {true});
  private static final Sequence FALSE = new Sequences.Flags(new boolean[] {false});

  /** A column that waits for the powers that its integers are multiplied with. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Scaled(
      int column, NumberStyle style, int powerColumn, double[] byPower, long[] integers) {}

  private final Shape shape;
  private final Parts in;
  private int next;
  private int depth;

  private PackedDecoder(Shape shape, Parts in) {
    this.shape = shape;
    this.in = in;
  }

  /** Reads the one value that the streams hold, and all of them to their end. */
  static Sequence decode(Shape shape, Parts in) throws UndecodableException {
    PackedDecoder decoder = new PackedDecoder(shape, in);
    Sequence value = decoder.value();
    if (decoder.next != shape.size()
        || in.layout.remaining() > 0
        || in.data.remaining() > 0
        || in.rows.remaining() > 0
        || !in.bits.isAtEnd()) {
      throw new UndecodableException("the packed payload goes on after its document");
    }
    return value;
  }

  private Sequence value() throws UndecodableException {
    int at = next++;
    int kind = shape.kind(at);
    in.claim(1);
    if (kind == Shape.SCALAR) {
      return scalar(in.layout.get());
    }
    enter();
    Sequence value;
    if (kind == Shape.OBJECT) {
      Shape.Names names = shape.names(at);
      Sequence[] members = new Sequence[in.claim(names.count())];
      for (int i = 0; i < members.length; i++) {
        members[i] = value();
      }
      value = new Sequences.Objects(names, members);
    } else {
      int count = in.length();
      value = new Sequences.Arrays(sequence(kind, at, count, 0), new int[] {0, count});
    }
    depth--;
    return value;
  }

  private void enter() throws UndecodableException {
    if (++depth > DEPTH_MAX) {
      throw new UndecodableException("the packed payload is nested too deeply");
    }
  }

  private Sequence scalar(int layout) throws UndecodableException {
    return switch (layout) {
      case PackedEncoder.NULL -> NOTHING;
      case PackedEncoder.FALSE -> FALSE;
      case PackedEncoder.TRUE -> TRUE;
      default ->
          layout < Numbers.INTEGERS
              ? new Sequences.Strings(Texts.read(layout, 1, in))
              : numbers(layout, 1, 0);
    };
  }

  /**
   * Reads values whose number is known, and claimed.
   *
   * @param columns of a matrix that they are the rows of, one after the other; 0 if of none
   */
  private Sequence sequence(int kind, int at, int count, int columns) throws UndecodableException {
    enter();
    Sequence sequence =
        switch (kind) {
          case Shape.NUMBERS -> numbers(in.layout.get(), count, columns);
          case Shape.TEXTS -> new Sequences.Strings(Texts.read(in.layout.get(), count, in));
          case Shape.FLAGS -> flags(count);
          case Shape.TABLE -> table(shape.names(at), count);
          case Shape.GRID -> grid(count);
          case Shape.RAGGED -> ragged(count);
          case Shape.MIXED -> mixed(count);
          default ->
              throw new UndecodableException("the packed payload has a single value for several");
        };
    depth--;
    return sequence;
  }

  private Sequence sequence(int count, int columns) throws UndecodableException {
    int at = next++;
    return sequence(shape.kind(at), at, count, columns);
  }

  private Sequence mixed(int count) throws UndecodableException {
    Sequence[] values = new Sequence[count];
    for (int i = 0; i < count; i++) {
      values[i] = value();
    }
    return new Sequences.Mixed(values);
  }

  private Sequence flags(int count) throws UndecodableException {
    long place = in.bits.skip(count, 1);
    boolean[] values = new boolean[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.bits.peek(place + i, 1) != 0;
    }
    return new Sequences.Flags(values);
  }

  private Sequence grid(int count) throws UndecodableException {
    int columns = in.layout.count(Integer.MAX_VALUE);
    int all = in.claim((long) count * columns);
    int[] starts = new int[count + 1];
    for (int i = 0; i <= count; i++) {
      starts[i] = i * columns;
    }
    return new Sequences.Arrays(sequence(all, columns), starts);
  }

  private Sequence ragged(int count) throws UndecodableException {
    long[] lengths = in.ints(count);
    int[] starts = new int[count + 1];
    for (int i = 0; i < count; i++) {
      if (lengths[i] < 0) {
        throw new UndecodableException("the packed payload has arrays of less than no length");
      }
      starts[i + 1] = starts[i] + in.claim(lengths[i]);
    }
    return new Sequences.Arrays(sequence(starts[count], 0), starts);
  }

  private Sequence table(Shape.Names names, int count) throws UndecodableException {
    Sequence[] columns = new Sequence[names.count()];
    in.claim((long) columns.length * count);
    List<Scaled> waiting = new ArrayList<>(0);
    for (int i = 0; i < columns.length; i++) {
      int at = next++;
      int kind = shape.kind(at);
      Scaled scaled = kind == Shape.NUMBERS ? scaled(i, count) : null;
      if (scaled == null) {
        columns[i] = sequence(kind, at, count, 0);
      } else {
        waiting.add(scaled);
      }
    }
    for (Scaled scaled : waiting) {
      columns[scaled.column] = floats(scaled, columns);
    }
    return new Sequences.Objects(names, columns);
  }

  private @Nullable Scaled scaled(int column, int count) throws UndecodableException {
    Source layout = in.layout;
    if (layout.peek(1) != FloatCodings.SCALED || !isFloats(layout.peek(0))) {
      return null;
    }
    NumberStyle style = NumberStyle.at(layout.get() - Numbers.FLOATS);
    layout.get();
    int powerColumn = layout.count(Integer.MAX_VALUE);
    int base = in.data.count(ScaledColumns.BASE_MAX);
    return new Scaled(column, style, powerColumn, ScaledColumns.powersOf(base), in.ints(count));
  }

  private static boolean isFloats(int form) {
    return form >= Numbers.FLOATS && form < Numbers.FLOATS + NumberStyle.count();
  }

  private static Sequence floats(Scaled scaled, Sequence[] columns) throws UndecodableException {
    if (scaled.powerColumn >= columns.length
        || !(columns[scaled.powerColumn] instanceof NumberSequence.Ints powers)) {
      throw new UndecodableException("the packed payload scales a column by none of integers");
    }
    float[] values = new float[scaled.integers.length];
    for (int i = 0; i < values.length; i++) {
      // A power that no encoder writes means another one.
      double power = scaled.byPower[(int) powers.values()[i] & ScaledColumns.POWER_MAX];
      values[i] = (float) (scaled.integers[i] * power);
    }
    return new NumberSequence.Floats(values, scaled.style);
  }

  private NumberSequence numbers(int form, int count, int columns) throws UndecodableException {
    if (form == Numbers.INTEGERS) {
      return integers(count, columns);
    }
    if (form == Numbers.DECIMALS || form == Numbers.TRIMMED_DECIMALS) {
      int scale = in.layout.get();
      if (scale > Numbers.SCALE_MAX) {
        throw new UndecodableException("the packed payload has decimals of too many digits");
      }
      return new NumberSequence.Decimals(in.ints(count), scale, form == Numbers.TRIMMED_DECIMALS);
    }
    if (form == Numbers.TEXTS) {
      byte[][] texts = new byte[count][];
      for (int i = 0; i < count; i++) {
        texts[i] = NumberTexts.read(in);
      }
      return new NumberSequence.Verbatim(texts);
    }
    if (isFloats(form)) {
      long[] bits = in.floats(BinaryFormat.FLOAT32, count);
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = Float.intBitsToFloat((int) bits[i]);
      }
      return new NumberSequence.Floats(values, NumberStyle.at(form - Numbers.FLOATS));
    }
    if (form >= Numbers.DOUBLES && form < Numbers.DOUBLES + NumberStyle.count()) {
      long[] bits = in.floats(BinaryFormat.FLOAT64, count);
      double[] values = new double[count];
      for (int i = 0; i < count; i++) {
        values[i] = Double.longBitsToDouble(bits[i]);
      }
      return new NumberSequence.Doubles(values, NumberStyle.at(form - Numbers.DOUBLES));
    }
    throw new UndecodableException("the packed payload has an unknown form of numbers");
  }

  private NumberSequence integers(int count, int columns) throws UndecodableException {
    int coding = in.layout.peek(0);
    if (coding == ByteRows.PLAIN || coding == ByteRows.DIFFERENCES) {
      in.layout.get();
      return new NumberSequence.Bytes(ByteRows.read(coding, count, columns, in));
    }
    return new NumberSequence.Ints(in.ints(count));
  }
}
