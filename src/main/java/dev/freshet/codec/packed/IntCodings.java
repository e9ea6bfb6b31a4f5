package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;
import java.util.List;

/** The ways to write integers, and which is the shortest for which. */
final class IntCodings {
  /** The place in the list stands in the layout: codings are only added, at the end. */
  private static final List<IntCoding> ALL =
      List.of(
          new VarintCoding(),
          new PackedIntCoding(),
          new ByteCoding(),
          new SparseIntCoding(),
          new DeltaCoding(),
          new ClassCoding(),
          new ConstantCoding(),
          new FlagCoding());

  private static final List<IntCoding> SIMPLE =
      ALL.stream()
          .filter(c -> !(c instanceof SparseIntCoding) && !(c instanceof DeltaCoding))
          .toList();

  private static final IntCoding VARINT = ALL.get(0);

  private IntCodings() {}

  static IntCoding at(int id) throws UndecodableException {
    if (id >= ALL.size()) {
      throw new UndecodableException("the packed payload has an unknown coding");
    }
    return ALL.get(id);
  }

  /** A coding, and what it takes, in bits. */
  private record Choice(IntCoding coding, long cost) {}

  private static Choice best(long[] values, List<IntCoding> codings) {
    IntCoding best = codings.get(0);
    long least = best.cost(values);
    for (IntCoding coding : codings.subList(1, codings.size())) {
      long cost = coding.cost(values);
      if (Cost.pays(cost, least)) {
        least = cost;
        best = coding;
      }
    }
    return new Choice(best, least);
  }

  /** What values take in the shortest coding, in bits. */
  static long cost(long[] values) {
    return values.length == 1 ? VARINT.cost(values) : best(values, ALL).cost();
  }

  /** Writes values in the shortest coding, after its name in the layout. */
  static void write(long[] values, Streams out) {
    write(values, values.length == 1 ? VARINT : best(values, ALL).coding(), out);
  }

  /** What values take in the shortest coding that knows no other within it, in bits. */
  static long simpleCost(long[] values) {
    return best(values, SIMPLE).cost();
  }

  static void writeSimple(long[] values, Streams out) {
    write(values, best(values, SIMPLE).coding(), out);
  }

  private static void write(long[] values, IntCoding coding, Streams out) {
    out.layout.put(ALL.indexOf(coding));
    coding.write(values, out);
  }
}
