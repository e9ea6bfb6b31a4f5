package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;
import org.jspecify.annotations.Nullable;

/**
 * Each number as an integer divided by the same integer, as a histogram's counts by their sum.
 * Data: the divisor; then the integers, in a coding. The quotient is taken in double precision,
 * then rounded to the format.
 */
final class RatioCoding implements FloatCoding {
  private static final int LENGTH_MIN = 6;
  private static final int LEAST_COUNT_MAX = 300;
  private static final double DIVISOR_MAX = 1L << 31;

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Ratio(long divisor, long[] integers) {}

  /** Supposes that the least number stands for a small count, and tries what that would mean. */
  private static @Nullable Ratio ratio(BinaryFormat format, long[] values) {
    if (values.length < LENGTH_MIN) {
      return null;
    }
    double least = Double.MAX_VALUE;
    for (long value : values) {
      double number = format.toDouble(value);
      if (!(number >= 0 && number <= 1) || format.signOf(value) != 0) {
        return null;
      }
      least = number > 0 ? Math.min(least, number) : least;
    }
    for (int count = 1; count <= LEAST_COUNT_MAX; count++) {
      double divisor = Math.rint(count / least);
      if (divisor > DIVISOR_MAX) {
        return null;
      }
      long[] integers = divisor < 2 ? null : integers(format, values, divisor);
      if (integers != null) {
        return new Ratio((long) divisor, integers);
      }
    }
    return null;
  }

  private static long @Nullable [] integers(BinaryFormat format, long[] values, double divisor) {
    long[] integers = new long[values.length];
    for (int i = 0; i < values.length; i++) {
      if (values[i] != 0) {
        double integer = Math.rint(format.toDouble(values[i]) * divisor);
        if (format.bitsOf(integer / divisor) != values[i]) {
          return null;
        }
        integers[i] = (long) integer;
      }
    }
    return integers;
  }

  @Override
  public long cost(BinaryFormat format, long[] values) {
    Ratio ratio = ratio(format, values);
    return ratio == null
        ? Cost.IMPOSSIBLE
        : 8L * ByteSink.varintBytes(ratio.divisor) + IntCodings.cost(ratio.integers);
  }

  @Override
  public void write(BinaryFormat format, long[] values, Streams out) {
    Ratio ratio = ratio(format, values);
    if (ratio == null) {
      throw new IllegalStateException("the numbers are no integers divided by another");
    }
    out.data.putVarint(ratio.divisor);
    IntCodings.write(ratio.integers, out);
  }

  @Override
  public Values read(BinaryFormat format, int count, Parts in) throws UndecodableException {
    double divisor = in.data.varint();
    if (!(divisor >= 1)) {
      throw new UndecodableException("the packed payload divides by no positive integer");
    }
    Values integers = in.ints(count);
    return () -> {
      long[] values = integers.decode();
      for (int i = 0; i < values.length; i++) {
        values[i] = values[i] == 0 ? 0 : format.bitsOf(values[i] / divisor);
      }
      return values;
    };
  }
}
