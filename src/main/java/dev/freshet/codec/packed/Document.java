package dev.freshet.codec.packed;

import dev.freshet.codec.Codec;
import dev.freshet.codec.UndecodableException;
import java.util.BitSet;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * A document, or a value within one, that hands out numbers and texts. One that was read from a
 * packed payload makes no JSON for that, and decodes a field when it is asked for:
 *
 * <pre>{@code
 * Document document = loader.get("image-features", key).document().orElseThrow();
 * float[] colors = document.floats("features.fast.avg_color_features");
 * BitSet hash = document.bits("features.fast.phash_features");
 * float[] angles = document.floats("features.orb.keypoints.angle"); // of all keypoints
 * }</pre>
 *
 * All that can be wrong with a payload was found when it was read: no method fails for that.
 *
 * <p>A path is the names of members with points between them, and places in arrays in brackets:
 * {@code orb.keypoints[3].angle}. A name after an array of alike objects means that member of each:
 * {@code orb.keypoints.angle}. A name that holds a point or a bracket is quoted: {@code "a.b".c}.
 * The empty path means the value itself. Methods with a path throw {@link NoSuchElementException}
 * if there is nothing at it, {@link IllegalStateException} if there is something else than they
 * give, and {@link IllegalArgumentException} if it is no path.
 *
 * <p>Immutable, and safe for use by many threads.
 */
public final class Document {
  private static final int CHECKED_BYTES = 1 << 20;

  private final Sequence values;
  private final int from;
  private final int to;
  private final boolean isArray;
  private final long bytesMax;

  /**
   * Selects values.
   *
   * @param isArray whether they are an array's elements; else it is one value
   * @param bytesMax what may be kept in memory for them
   */
  private Document(Sequence values, int from, int to, boolean isArray, long bytesMax) {
    this.bytesMax = bytesMax;
    this.values = values;
    this.from = from;
    this.to = to;
    this.isArray = isArray;
  }

  /**
   * A document that is there as JSON. It is parsed when something of it is first asked for; a text
   * that is no JSON has nothing at any path.
   *
   * @param json in UTF-8; not to be modified any more
   */
  public static Document ofJson(byte[] json) {
    return of(new TextOnly(json), json.length);
  }

  /**
   * This document, without what was kept of it beyond {@link #bytesMax} since it was made: of one
   * that was given as text a new one.
   */
  public Document unparsed() {
    return values instanceof TextOnly text ? ofJson(text.text()) : this;
  }

  /** Whether it was given as text, so that {@link #json} makes nothing. */
  public boolean isText() {
    return values instanceof TextOnly;
  }

  static Document of(Sequence value, long bytesMax) {
    return new Document(value, 0, 1, false, bytesMax);
  }

  private Document part(Sequence ofValues, int first, int end, boolean isElements) {
    return new Document(ofValues, first, end, isElements, bytesMax);
  }

  /**
   * What the document, of which this may be a part, keeps in memory at most, about, in bytes. Of
   * one that was decoded: what it was decoded from, and what it may keep of numbers that were asked
   * for. Of one that was given as text: the text alone.
   */
  public long bytesMax() {
    return bytesMax;
  }

  /**
   * The JSON in UTF-8: of a document that was given as text this text, not to be modified; else the
   * canonical one, without white space between tokens, made anew.
   */
  public byte[] json() {
    if (values instanceof TextOnly text) {
      return text.text();
    }
    JsonSink out = JsonSink.lend();
    try {
      write(out);
      if (out.isTooLong()) {
        throw new IllegalStateException("a document is longer than was found when it was decoded");
      }
      return out.toBytes();
    } finally {
      out.giveBack();
    }
  }

  /**
   * Makes the JSON once to see whether it may be handed out.
   *
   * @throws UndecodableException if it is longer than {@link Codec#DOCUMENT_BYTES_MAX}
   */
  Document checked() throws UndecodableException {
    JsonSink out = new JsonSink(CHECKED_BYTES);
    write(out);
    if (out.isTooLong()) {
      throw new UndecodableException(
          "the packed payload holds more than %d bytes".formatted(Codec.DOCUMENT_BYTES_MAX));
    }
    return this;
  }

  private void write(JsonSink out) {
    if (isArray) {
      out.put('[');
      values.write(from, to, out);
      out.put(']');
    } else {
      values.write(from, out);
    }
  }

  /** The value at a path. */
  public Document at(String path) {
    return find(path)
        .orElseThrow(() -> new NoSuchElementException("the document has nothing at " + path));
  }

  /** The value at a path; empty if there is none. */
  public Optional<Document> find(String path) {
    Document value = values instanceof TextOnly text ? of(text.parsed(), bytesMax) : this;
    for (Path.Step step : Path.parse(path)) {
      Optional<Document> next =
          step.place() < 0 ? value.member(step.name()) : value.element(step.place());
      if (next.isEmpty()) {
        return Optional.empty();
      }
      value = next.get();
    }
    return Optional.of(value);
  }

  /** How many elements an array has; -1 for anything else. */
  public int size() {
    Document opened = opened();
    return opened.isArray ? opened.to - opened.from : -1;
  }

  /** Whether the value is {@code null}. */
  public boolean isNull() {
    return !isArray && unmixed().values instanceof Sequences.Nothing;
  }

  /** The numbers of an array, or of arrays of arrays one after the other, rounded to floats. */
  public float[] floats(String path) {
    Document flat = at(path).flat();
    return flat.numbers(path).floats(flat.from, flat.to);
  }

  /** The numbers of an array, or of arrays of arrays one after the other, rounded to doubles. */
  public double[] doubles(String path) {
    Document flat = at(path).flat();
    NumberSequence numbers = flat.numbers(path);
    double[] doubles = new double[flat.to - flat.from];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = numbers.doubleAt(flat.from + i);
    }
    return doubles;
  }

  /** The integers of an array, or of arrays of arrays one after the other. */
  public long[] longs(String path) {
    Document flat = at(path).flat();
    try {
      return flat.numbers(path).longs(flat.from, flat.to);
    } catch (ArithmeticException e) {
      throw noInteger(path, e);
    }
  }

  /** The integers from 0 to 255 of an array, or of arrays of arrays one after the other. */
  public byte[] bytes(String path) {
    Document flat = at(path).flat();
    if (flat.values instanceof NumberSequence.Bytes bytes) {
      return bytes.bytes(flat.from, flat.to);
    }
    long[] longs = longs(path);
    byte[] bytes = new byte[longs.length];
    for (int i = 0; i < bytes.length; i++) {
      if ((longs[i] & ~0xFFL) != 0) {
        throw other(path, "integers from 0 to 255");
      }
      bytes[i] = (byte) longs[i];
    }
    return bytes;
  }

  /** Which elements of an array are 1 or {@code true}; the others must be 0 or {@code false}. */
  public BitSet bits(String path) {
    Document flat = at(path).flat();
    BitSet bits = new BitSet(flat.to - flat.from);
    if (flat.values instanceof Sequences.Flags flags) {
      for (int i = flat.from; i < flat.to; i++) {
        bits.set(i - flat.from, flags.values().get()[i]);
      }
      return bits;
    }
    NumberSequence numbers = flat.numbers(path);
    for (int i = flat.from; i < flat.to; i++) {
      long bit = flat.integer(numbers, i, path);
      if ((bit & ~1L) != 0) {
        throw other(path, "an array of 0 and 1");
      }
      bits.set(i - flat.from, bit != 0);
    }
    return bits;
  }

  /** The text of a string, without quotes and escapes. */
  public String text(String path) {
    Document value = at(path).unmixed();
    if (value.isArray || !(value.values instanceof Sequences.Strings strings)) {
      throw other(path, "a string");
    }
    return JsonString.unescaped(strings.tokens()[value.from]);
  }

  /** A single number, rounded to a double. */
  public double number(String path) {
    Document value = at(path).unmixed();
    if (value.isArray || !(value.values instanceof NumberSequence numbers)) {
      throw other(path, "a number");
    }
    return numbers.doubleAt(value.from);
  }

  /** A single integer. */
  public long integer(String path) {
    Document value = at(path).unmixed();
    if (value.isArray || !(value.values instanceof NumberSequence numbers)) {
      throw other(path, "an integer");
    }
    return value.integer(numbers, value.from, path);
  }

  private long integer(NumberSequence numbers, int index, String path) {
    try {
      return numbers.longAt(index);
    } catch (ArithmeticException e) {
      throw noInteger(path, e);
    }
  }

  private static IllegalStateException noInteger(String path, ArithmeticException why) {
    return new IllegalStateException("%s is no integer: %s".formatted(path, why.getMessage()), why);
  }

  private NumberSequence numbers(String path) {
    if (from == to) {
      return new NumberSequence.Ints(0, Deferred.of(new long[0]));
    }
    if (isArray && values instanceof NumberSequence numbers) {
      return numbers;
    }
    throw other(path, "an array of numbers");
  }

  private static IllegalStateException other(String path, String expected) {
    return new IllegalStateException("the document has no %s at %s".formatted(expected, path));
  }

  /** The same value where it stands by itself, if it is one of several that differ in kind. */
  private Document unmixed() {
    return !isArray && values instanceof Sequences.Mixed mixed
        ? part(mixed.values()[from], 0, 1, false).unmixed()
        : this;
  }

  /** An array's elements; anything else as it is. */
  private Document opened() {
    Document value = unmixed();
    if (!value.isArray && value.values instanceof Sequences.Arrays arrays) {
      int[] starts = arrays.starts();
      return part(arrays.elements(), starts[value.from], starts[value.from + 1], true);
    }
    return value;
  }

  /** An array's elements; those of its elements, if these are arrays too, and so on. */
  private Document flat() {
    Document value = opened();
    while (value.isArray && value.values instanceof Sequences.Arrays arrays) {
      int[] starts = arrays.starts();
      value = part(arrays.elements(), starts[value.from], starts[value.to], true);
    }
    return value;
  }

  private Optional<Document> element(int place) {
    Document array = opened();
    return array.isArray && place < array.to - array.from
        ? Optional.of(part(array.values, array.from + place, array.from + place + 1, false))
        : Optional.empty();
  }

  private Optional<Document> member(String name) {
    Document value = opened();
    if (!(value.values instanceof Sequences.Objects objects)) {
      return Optional.empty();
    }
    int column = objects.names().indexOf(name);
    return column < 0
        ? Optional.empty()
        : Optional.of(part(objects.columns()[column], value.from, value.to, value.isArray));
  }
}
