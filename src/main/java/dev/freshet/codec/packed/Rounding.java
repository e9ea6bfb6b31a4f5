package dev.freshet.codec.packed;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.freshet.view.Precision;
import dev.freshet.view.Precision.NumberType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Rounds the numbers of documents where a view's precision says so, and leaves all else as it is.
 *
 * <p>A rounded number is written as the shortest decimal that reads back as the same number of
 * single precision, in the style in which the field's numbers were written, so that {@link
 * PackedFormat} keeps it in as few bits as its type has. A number that its type cannot hold (above
 * 65,504 for {@code FLOAT16}) stays as it is written. A negative zero becomes zero.
 *
 * <p>Immutable, and safe for use by many threads.
 */
public final class Rounding {
  private static final double FLOAT16_MAX = 65_504;
  private static final int FLOAT16_EXPONENT_MIN = -14;
  private static final int FLOAT16_MANTISSA_BITS = 10;
  private static final int INT8_UNSIGNED_MAX = 255;
  private static final int INT8_SIGNED_MAX = 127;

  /** Larger and smaller magnitudes stay as they are: their powers of two are none of doubles. */
  private static final int INT8_EXPONENT_MAX = 900;

  private final List<Field> fields = new ArrayList<>();

  private record Field(Precision.Field written, List<Path.Step> steps) {}

  /**
   * Prepares a precision.
   *
   * @throws IllegalArgumentException if one of its paths is none
   */
  public Rounding(Precision precision) {
    precision.fields().forEach(field -> fields.add(new Field(field, stepsOf(field.path()))));
  }

  /**
   * What rounding did to the numbers of one field.
   *
   * @param numbers how many there were
   * @param kept how many of them stayed as they are, because their type cannot hold them
   * @param largestError of those that were rounded, as a reader of the JSON sees it
   * @param largest magnitude of those that were rounded
   */
  public record Loss(
      Precision.Field field, long numbers, long kept, double largestError, double largest) {
    /** Both together. */
    public Loss and(Loss other) {
      return new Loss(
          field,
          numbers + other.numbers,
          kept + other.kept,
          Math.max(largestError, other.largestError),
          Math.max(largest, other.largest));
    }
  }

  /**
   * Reads a path.
   *
   * @throws IllegalArgumentException with what is wrong, if it is none
   */
  public static void checkPath(String path) {
    stepsOf(path);
  }

  private static List<Path.Step> stepsOf(String path) {
    List<Path.Step> steps = path.equals(".") ? List.of() : Path.parse(path);
    if (path.isEmpty() || steps.stream().anyMatch(step -> step.place() >= 0)) {
      throw new IllegalArgumentException(
          "`%s` is no field; write names with points between them, as orb.keypoints.angle, or . for the document itself"
              .formatted(path));
    }
    return steps;
  }

  /**
   * Rounds a document.
   *
   * @param json in UTF-8; what is no JSON is left as it is
   */
  public byte[] round(byte[] json) {
    return round(json, loss -> {});
  }

  /**
   * Rounds a document.
   *
   * @param losses is told what was lost, field by field, in the order of the precision
   */
  public byte[] round(byte[] json, Consumer<Loss> losses) {
    Optional<JsonTape> read = fields.isEmpty() ? Optional.empty() : JsonTape.read(json);
    if (read.isEmpty()) {
      fields.forEach(field -> losses.accept(new Loss(field.written(), 0, 0, 0, 0)));
      return json;
    }
    JsonTape tape = read.get();
    TreeMap<Integer, byte[]> replaced = new TreeMap<>();
    for (Field field : fields) {
      List<Integer> items = new ArrayList<>();
      select(tape, 0, field.steps(), items);
      losses.accept(round(field.written(), tape, items, replaced));
    }
    JsonSink out = new JsonSink(json.length);
    int from = 0;
    for (Map.Entry<Integer, byte[]> number : replaced.entrySet()) {
      out.put(json, from, tape.from(number.getKey()));
      out.put(number.getValue());
      from = tape.to(number.getKey());
    }
    out.put(json, from, json.length);
    return out.toBytes();
  }

  /** Adds the numbers that a path leads to from a value. */
  private static void select(
      JsonTape tape, int value, List<Path.Step> steps, List<Integer> selected) {
    byte kind = tape.kind(value);
    if (kind == JsonTape.NUMBER && steps.isEmpty()) {
      selected.add(value);
    } else if (kind == JsonTape.ARRAY) {
      for (int item = value + 1; item < tape.next(value); item = tape.next(item)) {
        select(tape, item, steps, selected);
      }
    } else if (kind == JsonTape.OBJECT && !steps.isEmpty()) {
      List<Path.Step> further = steps.subList(1, steps.size());
      for (int key = value + 1; key < tape.next(value); key = tape.next(key + 1)) {
        if (JsonString.unescaped(tape.bytes(key)).equals(steps.get(0).name())) {
          select(tape, key + 1, further, selected);
        }
      }
    }
  }

  /** Rounds some numbers; what becomes of them is added to {@code replaced}. */
  private static Loss round(
      Precision.Field field, JsonTape tape, List<Integer> items, Map<Integer, byte[]> replaced) {
    double[] values = new double[items.size()];
    NumberScan scan = new NumberScan();
    for (int i = 0; i < values.length; i++) {
      scan.read(tape.text(), tape.from(items.get(i)), tape.to(items.get(i)));
      values[i] = scan.toDouble();
    }
    double[] rounded = rounded(field.type(), values);
    NumberStyle style = styleOf(tape, items, values);
    JsonSink out = new JsonSink(64);
    int kept = 0;
    double largestError = 0;
    double largest = 0;
    for (int i = 0; i < values.length; i++) {
      if (Double.isNaN(rounded[i])) {
        kept++;
        continue;
      }
      write(out, rounded[i], style);
      byte[] text = out.toBytes();
      replaced.put(items.get(i), text);
      scan.read(text, 0, text.length);
      double error =
          Math.max(Math.abs(rounded[i] - values[i]), Math.abs(scan.toDouble() - values[i]));
      largestError = Math.max(largestError, error);
      largest = Math.max(largest, Math.abs(values[i]));
    }
    return new Loss(field, values.length, kept, largestError, largest);
  }

  /** The rounded numbers; not a number stands for one that stays as it is. */
  private static double[] rounded(NumberType type, double[] values) {
    return switch (type) {
      case FLOAT32 -> Arrays.stream(values).map(Rounding::toFloat32).toArray();
      case FLOAT16 -> Arrays.stream(values).map(Rounding::toFloat16).toArray();
      case INT8 -> toInt8(values);
    };
  }

  private static double toFloat32(double value) {
    float rounded = (float) value;
    return Float.isInfinite(rounded) ? Double.NaN : rounded + 0.0;
  }

  /** The nearest number of half precision; of two equally near the one with an even mantissa. */
  static double toFloat16(double value) {
    int unit = Math.max(Math.getExponent(value), FLOAT16_EXPONENT_MIN) - FLOAT16_MANTISSA_BITS;
    double rounded = Math.scalb(Math.rint(Math.scalb(value, -unit)), unit) + 0.0;
    return Math.abs(rounded) <= FLOAT16_MAX ? rounded : Double.NaN;
  }

  private static double[] toInt8(double[] values) {
    double largest = Arrays.stream(values).map(Math::abs).max().orElse(0);
    int most =
        Arrays.stream(values).anyMatch(value -> value < 0) ? INT8_SIGNED_MAX : INT8_UNSIGNED_MAX;
    int power = Math.getExponent(largest / most);
    if (largest != 0 && Math.abs(power) > INT8_EXPONENT_MAX) {
      return Arrays.stream(values).map(value -> Double.NaN).toArray();
    }
    if (Math.scalb((double) most, power) < largest) {
      power++;
    }
    int unit = largest == 0 ? 0 : power;
    return Arrays.stream(values)
        .map(value -> Math.scalb(Math.rint(Math.scalb(value, -unit)), unit) + 0.0)
        .toArray();
  }

  /** The style that all of some numbers are written in, or the nearest to it. */
  private static NumberStyle styleOf(JsonTape tape, List<Integer> items, double[] values) {
    JsonSink out = new JsonSink(64);
    for (int ordinal = 0; ordinal < NumberStyle.count(); ordinal++) {
      NumberStyle style = NumberStyle.at(ordinal);
      boolean fits = true;
      for (int i = 0; fits && i < values.length; i++) {
        fits = isWritten(out, tape, items.get(i), values[i], style);
      }
      if (fits) {
        return style;
      }
    }
    boolean pointsIntegers =
        items.stream().anyMatch(item -> new String(tape.bytes(item), US_ASCII).endsWith(".0"));
    return pointsIntegers ? NumberStyle.PYTHON : NumberStyle.POSTGRES_FLOAT8;
  }

  private static boolean isWritten(
      JsonSink out, JsonTape tape, int item, double value, NumberStyle style) {
    for (BinaryFormat format : BinaryFormat.values()) {
      out.clear();
      Numbers.writeBinary(out, format, format.bitsOf(value), style);
      if (out.holds(tape.text(), tape.from(item), tape.to(item))) {
        return true;
      }
    }
    return false;
  }

  private static void write(JsonSink out, double value, NumberStyle style) {
    BinaryFormat format = (float) value == value ? BinaryFormat.FLOAT32 : BinaryFormat.FLOAT64;
    out.clear();
    Numbers.writeBinary(out, format, format.bitsOf(value), style);
  }
}
