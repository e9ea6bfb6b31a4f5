package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;
import org.jspecify.annotations.Nullable;

/**
 * Each number as an integer divided by the same power of two: 0 for integers. Data: the power; then
 * the integers, in a coding.
 */
final class DyadicCoding implements FloatCoding {
  private static final int POWER_MAX = 40;
  private static final double INTEGER_MAX = 1L << 52;

  /** The integers; null if the numbers are none of that kind. */
  private static long @Nullable [] integers(BinaryFormat format, long[] values, int power) {
    double scale = Math.scalb(1.0, power);
    long[] integers = new long[values.length];
    for (int i = 0; i < values.length; i++) {
      double scaled = format.toDouble(values[i]) * scale;
      if (!(Math.abs(scaled) <= INTEGER_MAX)) {
        return null;
      }
      integers[i] = (long) scaled;
      if (format.bitsOf(integers[i] / scale) != values[i]) {
        return null;
      }
    }
    return integers;
  }

  /** The least power that makes all of them integers, or more than {@link #POWER_MAX}. */
  private static int powerOf(BinaryFormat format, long[] values) {
    int power = 0;
    for (long value : values) {
      if (value != 0) {
        int unit =
            Math.max(format.exponentOf(value), 1)
                - ((1 << (format.exponentBits - 1)) - 1)
                - format.mantissaBits
                + Math.min(Long.numberOfTrailingZeros(value), format.mantissaBits);
        power = Math.max(power, -unit);
      }
    }
    return power;
  }

  @Override
  public long cost(BinaryFormat format, long[] values) {
    int power = powerOf(format, values);
    if (power > POWER_MAX || values.length == 0) {
      return Cost.IMPOSSIBLE;
    }
    long[] integers = integers(format, values, power);
    return integers == null ? Cost.IMPOSSIBLE : 8 + IntCodings.cost(integers);
  }

  @Override
  public void write(BinaryFormat format, long[] values, Streams out) {
    int power = powerOf(format, values);
    long[] integers = integers(format, values, power);
    if (integers == null) {
      throw new IllegalStateException("the numbers are no integers divided by a power of two");
    }
    out.data.put(power);
    IntCodings.write(integers, out);
  }

  @Override
  public Values read(BinaryFormat format, int count, Parts in) throws UndecodableException {
    int power = in.data.get();
    if (power > POWER_MAX) {
      throw new UndecodableException("the packed payload divides by too high a power of two");
    }
    double factor = Math.scalb(1.0, -power);
    Values integers = in.ints(count);
    return () -> {
      long[] values = integers.decode();
      for (int i = 0; i < values.length; i++) {
        values[i] = format.bitsOf(values[i] * factor);
      }
      return values;
    };
  }
}
