package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;
import java.util.List;

/** The ways to write floating point numbers, and which is the shortest for which. */
final class FloatCodings {
  /** The place in the list stands in the layout: codings are only added, at the end. */
  private static final List<FloatCoding> ALL =
      List.of(
          new RangedCoding(),
          new RawCoding(),
          new SplitCoding(),
          new DyadicCoding(),
          new RatioCoding(),
          new IndexedCoding(),
          new SparseFloatCoding());

  private static final List<FloatCoding> SIMPLE = ALL.subList(0, 5);

  /** Stands in the layout for a column that is written as another one's powers. */
  static final int SCALED = ALL.size();

  private FloatCodings() {}

  static FloatCoding at(int id) throws UndecodableException {
    if (id >= ALL.size()) {
      throw new UndecodableException("the packed payload has an unknown coding");
    }
    return ALL.get(id);
  }

  private static Cheapest<FloatCoding> cheapest(
      BinaryFormat format, long[] values, List<FloatCoding> codings) {
    return Cheapest.of(codings, coding -> coding.cost(format, values));
  }

  /** What numbers take in the shortest coding, in bits. */
  static long cost(BinaryFormat format, long[] values) {
    return cheapest(format, values, ALL).cost();
  }

  /** Writes numbers in the shortest coding, after its name in the layout. */
  static void write(BinaryFormat format, long[] values, Streams out) {
    write(format, values, cheapest(format, values, ALL).coding(), out);
  }

  /** What numbers take in the shortest coding that knows no other of this kind, in bits. */
  static long simpleCost(BinaryFormat format, long[] values) {
    return cheapest(format, values, SIMPLE).cost();
  }

  static void writeSimple(BinaryFormat format, long[] values, Streams out) {
    write(format, values, cheapest(format, values, SIMPLE).coding(), out);
  }

  private static void write(BinaryFormat format, long[] values, FloatCoding coding, Streams out) {
    out.layout.put(ALL.indexOf(coding));
    coding.write(format, values, out);
  }
}
