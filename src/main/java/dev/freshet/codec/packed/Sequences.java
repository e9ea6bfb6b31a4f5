package dev.freshet.codec.packed;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** What else than numbers stands in a decoded document. */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
final class Sequences {
  private static final byte[] TRUE = "true".getBytes(US_ASCII);
  private static final byte[] FALSE = "false".getBytes(US_ASCII);
  private static final byte[] NULL = "null".getBytes(US_ASCII);

  private Sequences() {}

  /** {@code null}, once. */
  record Nothing() implements Sequence {
    @Override
    public void write(int index, JsonSink out) {
      out.put(NULL);
    }
  }

  /** Truth values. */
  record Flags(Deferred<boolean[]> values) implements Sequence {
    @Override
    public void write(int index, JsonSink out) {
      out.put(values.get()[index] ? TRUE : FALSE);
    }
  }

  /** Strings, as they stand between their quotes. */
  record Strings(byte[][] tokens) implements Sequence {
    @Override
    public void write(int index, JsonSink out) {
      out.put('"');
      out.put(tokens[index]);
      out.put('"');
    }
  }

  /** Values that have nothing in common, each a sequence of one. */
  record Mixed(Sequence[] values) implements Sequence {
    @Override
    public void write(int index, JsonSink out) {
      values[index].write(0, out);
    }
  }

  /** Objects with the same names, a sequence for each. */
  record Objects(Shape.Names names, Sequence[] columns) implements Sequence {
    @Override
    public void write(int index, JsonSink out) {
      byte[][] tokens = names.tokens();
      if (tokens.length == 0) {
        out.put('{');
      }
      for (int i = 0; i < columns.length; i++) {
        out.put(tokens[i]);
        columns[i].write(index, out);
      }
      out.put('}');
    }
  }

  /**
   * Arrays.
   *
   * @param elements of all of them, one array after the other
   * @param starts where each array starts, and at the end where the last one ends
   */
  record Arrays(Sequence elements, int[] starts) implements Sequence {
    @Override
    public void write(int index, JsonSink out) {
      out.put('[');
      elements.write(starts[index], starts[index + 1], out);
      out.put(']');
    }
  }
}
