package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts a document together from its streams. */
final class PackedDecoder {
  /** Values within values; an array of arrays counts twice. */
  private static final int DEPTH_MAX = 2 * JsonTape.DEPTH_MAX + 2;

  /** Of an array beside its elements, with the reference to it. */
  private static final int ARRAY_BYTES = 24;

  private static final Sequence NOTHING = new Sequences.Nothing();
  private static final Sequence TRUE = flag(true);
  private static final Sequence FALSE = flag(false);

  /** A column that waits for the powers that its integers are multiplied with. */
  private record Scaled(
      int column, NumberStyle style, int powerColumn, int base, Values integers) {}

  private final Shape shape;
  private final Parts in;
  private int next;
  private int depth;

  private PackedDecoder(Shape shape, Parts in) {
    this.shape = shape;
    this.in = in;
  }

  private static Sequence flag(boolean value) {
    return new Sequences.Flags(Deferred.of(new boolean[] {value}));
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
      default -> layout < Numbers.INTEGERS ? strings(layout, 1) : numbers(layout, 1, 0);
    };
  }

  private Sequence strings(int coding, int count) throws UndecodableException {
    byte[][] texts = Texts.read(coding, count, in);
    for (byte[] text : texts) {
      in.mayKeep(ARRAY_BYTES + text.length);
    }
    return new Sequences.Strings(texts);
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
          case Shape.TEXTS -> strings(in.layout.get(), count);
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
    BitSource bits = in.bits;
    long place = bits.skip(count, 1);
    in.mayKeep(count);
    return new Sequences.Flags(
        new Deferred<>(
            () -> {
              boolean[] values = new boolean[count];
              for (int i = 0; i < count; i++) {
                values[i] = bits.peek(place + i, 1) != 0;
              }
              return values;
            }));
  }

  private Sequence grid(int count) throws UndecodableException {
    int columns = in.layout.count(Integer.MAX_VALUE);
    int all = in.claim((long) count * columns);
    in.mayKeep((long) Integer.BYTES * count);
    int[] starts = new int[count + 1];
    for (int i = 0; i <= count; i++) {
      starts[i] = i * columns;
    }
    return new Sequences.Arrays(sequence(all, columns), starts);
  }

  private Sequence ragged(int count) throws UndecodableException {
    long[] lengths = in.ints(count).decode();
    in.mayKeep((long) Integer.BYTES * count);
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
      columns[scaled.column] = floats(scaled, columns, count);
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
    return new Scaled(column, style, powerColumn, base, in.ints(count));
  }

  private static boolean isFloats(int form) {
    return form >= Numbers.FLOATS && form < Numbers.FLOATS + NumberStyle.count();
  }

  private Sequence floats(Scaled scaled, Sequence[] columns, int count)
      throws UndecodableException {
    if (scaled.powerColumn >= columns.length
        || !(columns[scaled.powerColumn] instanceof NumberSequence powers)
        || !(powers instanceof NumberSequence.Ints || powers instanceof NumberSequence.Bits)) {
      throw new UndecodableException("the packed payload scales a column by none of integers");
    }
    in.mayKeep((long) Float.BYTES * count);
    return new NumberSequence.Floats(
        count, new Deferred<>(() -> multiplied(scaled, powers)), scaled.style);
  }

  private static float[] multiplied(Scaled scaled, NumberSequence powers) {
    double[] byPower = ScaledColumns.powersOf(scaled.base);
    long[] integers = scaled.integers.decode();
    long[] power = powers.longs(0, integers.length);
    float[] values = new float[integers.length];
    for (int i = 0; i < values.length; i++) {
      // A power that no encoder writes means another one.
      values[i] = (float) (integers[i] * byPower[(int) power[i] & ScaledColumns.POWER_MAX]);
    }
    return values;
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
      return new NumberSequence.Decimals(
          longs(in.ints(count), count), scale, form == Numbers.TRIMMED_DECIMALS);
    }
    if (form == Numbers.TEXTS) {
      byte[][] texts = new byte[count][];
      for (int i = 0; i < count; i++) {
        texts[i] = NumberTexts.read(in);
        in.mayKeep(ARRAY_BYTES + texts[i].length);
      }
      return new NumberSequence.Verbatim(texts);
    }
    if (isFloats(form)) {
      Values values = in.floats(BinaryFormat.FLOAT32, count);
      in.mayKeep((long) Float.BYTES * count);
      return new NumberSequence.Floats(
          count, new Deferred<>(values::floats), NumberStyle.at(form - Numbers.FLOATS));
    }
    if (form >= Numbers.DOUBLES && form < Numbers.DOUBLES + NumberStyle.count()) {
      Values values = in.floats(BinaryFormat.FLOAT64, count);
      in.mayKeep((long) Double.BYTES * count);
      return new NumberSequence.Doubles(
          new Deferred<>(() -> doubles(values)), NumberStyle.at(form - Numbers.DOUBLES));
    }
    throw new UndecodableException("the packed payload has an unknown form of numbers");
  }

  private static double[] doubles(Values values) {
    long[] bits = values.decode();
    double[] doubles = new double[bits.length];
    for (int i = 0; i < bits.length; i++) {
      doubles[i] = Double.longBitsToDouble(bits[i]);
    }
    return doubles;
  }

  private Deferred<long[]> longs(Values values, int count) {
    in.mayKeep((long) Long.BYTES * count);
    return new Deferred<>(values::decode);
  }

  private NumberSequence integers(int count, int columns) throws UndecodableException {
    int coding = in.layout.peek(0);
    if (coding == ByteRows.PLAIN || coding == ByteRows.DIFFERENCES) {
      in.layout.get();
      in.mayKeep(count);
      return new NumberSequence.Bytes(
          count, new Deferred<>(ByteRows.read(coding, count, columns, in)));
    }
    if (coding == IntCodings.FLAGS) {
      in.layout.get();
      return new NumberSequence.Bits(in.bits, in.bits.skip(count, 1));
    }
    return new NumberSequence.Ints(count, longs(in.ints(count), count));
  }
}
