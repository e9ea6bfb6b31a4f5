package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;
import java.util.Arrays;

/** One integer, in the data stream, that all of them are. */
final class ConstantCoding implements IntCoding {

  @Override
  public long cost(long[] values) {
    if (values.length == 0 || Arrays.stream(values).anyMatch(value -> value != values[0])) {
      return Cost.IMPOSSIBLE;
    }
    return 8L * ByteSink.varintBytes(ByteSink.zigzag(values[0]));
  }

  @Override
  public void write(long[] values, Streams out) {
    out.data.putZigzag(values[0]);
  }

  @Override
  public Values read(int count, Parts in) throws UndecodableException {
    long value = in.data.zigzag();
    return () -> {
      long[] values = new long[count];
      Arrays.fill(values, value);
      return values;
    };
  }
}
