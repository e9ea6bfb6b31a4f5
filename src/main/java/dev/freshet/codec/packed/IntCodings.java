package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;
import java.util.List;

/** The ways to write integers, and which is the shortest for which. */
final class IntCodings {
  private static final IntCoding FLAG = new FlagCoding();

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
          FLAG);

  private static final List<IntCoding> SIMPLE =
      ALL.stream()
          .filter(c -> !(c instanceof SparseIntCoding) && !(c instanceof DeltaCoding))
          .toList();

  private static final IntCoding VARINT = ALL.get(0);

  /** Stands in the layout for {@link FlagCoding}. */
  static final int FLAGS = ALL.indexOf(FLAG);

  private IntCodings() {}

  static IntCoding at(int id) throws UndecodableException {
    if (id >= ALL.size()) {
      throw new UndecodableException("the packed payload has an unknown coding");
    }
    return ALL.get(id);
  }

  private static Cheapest<IntCoding> cheapest(long[] values, List<IntCoding> codings) {
    return Cheapest.of(codings, coding -> coding.cost(values));
  }

  /** What values take in the shortest coding, in bits. */
  static long cost(long[] values) {
    return values.length == 1 ? VARINT.cost(values) : cheapest(values, ALL).cost();
  }

  /** Writes values in the shortest coding, after its name in the layout. */
  static void write(long[] values, Streams out) {
    write(values, values.length == 1 ? VARINT : cheapest(values, ALL).coding(), out);
  }

  /** What values take in the shortest coding that knows no other within it, in bits. */
  static long simpleCost(long[] values) {
    return cheapest(values, SIMPLE).cost();
  }

  static void writeSimple(long[] values, Streams out) {
    write(values, cheapest(values, SIMPLE).coding(), out);
  }

  private static void write(long[] values, IntCoding coding, Streams out) {
    out.layout.put(ALL.indexOf(coding));
    coding.write(values, out);
  }
}
