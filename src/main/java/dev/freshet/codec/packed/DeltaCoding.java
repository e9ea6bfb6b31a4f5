package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;

/** The first integer in the data stream, then each one's distance from the one before. */
final class DeltaCoding implements IntCoding {
  private static final int LENGTH_MIN = 4;

  private static long[] deltas(long[] values) {
    long[] deltas = new long[values.length - 1];
    for (int i = 0; i < deltas.length; i++) {
      deltas[i] = values[i + 1] - values[i];
    }
    return deltas;
  }

  @Override
  public long cost(long[] values) {
    if (values.length < LENGTH_MIN) {
      return Cost.IMPOSSIBLE;
    }
    return 8L * (1 + ByteSink.varintBytes(ByteSink.zigzag(values[0])))
        + IntCodings.simpleCost(deltas(values));
  }

  @Override
  public void write(long[] values, Streams out) {
    out.data.putZigzag(values[0]);
    IntCodings.writeSimple(deltas(values), out);
  }

  @Override
  public Values read(int count, Parts in) throws UndecodableException {
    if (count == 0) {
      throw new UndecodableException("the packed payload has no first of its integers");
    }
    long first = in.data.zigzag();
    Values deltas = in.ints(count - 1);
    return () -> {
      long[] distances = deltas.decode();
      long[] values = new long[count];
      values[0] = first;
      for (int i = 1; i < count; i++) {
        values[i] = values[i - 1] + distances[i - 1];
      }
      return values;
    };
  }
}
