package dev.freshet.codec.packed;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Numbers of a decoded document. */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
interface NumberSequence extends Sequence {
  /** The nearest double. */
  double doubleAt(int index);

  /** The nearest float. */
  default float floatAt(int index) {
    return (float) doubleAt(index);
  }

  /**
   * The integer.
   *
   * @throws ArithmeticException if it is none, or none that a {@code long} holds
   */
  long longAt(int index);

  /** Some of the numbers as floats, in an array of the caller's own. */
  default float[] floats(int from, int to) {
    float[] floats = new float[to - from];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = floatAt(from + i);
    }
    return floats;
  }

  /** Some of the numbers as integers, in an array of the caller's own. Throws as longAt does. */
  default long[] longs(int from, int to) {
    long[] longs = new long[to - from];
    for (int i = 0; i < longs.length; i++) {
      longs[i] = longAt(from + i);
    }
    return longs;
  }

  /** Numbers without a point or an exponent. */
  interface Integers extends NumberSequence {
    @Override
    default void write(int index, JsonSink out) {
      out.putInteger(longAt(index));
    }

    @Override
    default double doubleAt(int index) {
      return longAt(index);
    }

    @Override
    default float floatAt(int index) {
      return longAt(index);
    }
  }

  /** Integers. */
  record Ints(int count, Deferred<long[]> deferred) implements Integers {
    @Override
    public void write(int from, int to, JsonSink out) {
      out.putIntegers(deferred.get(), from, to);
    }

    @Override
    public long longAt(int index) {
      return deferred.get()[index];
    }

    @Override
    public long[] longs(int from, int to) {
      return from == 0 && to == count
          ? deferred.copy(long[]::clone)
          : Arrays.copyOfRange(deferred.get(), from, to);
    }
  }

  /**
   * Integers that are 0 or 1, a bit each.
   *
   * @param place of the first
   */
  record Bits(BitSource source, long place) implements Integers {
    @Override
    public void write(int from, int to, JsonSink out) {
      out.putBits(source, place + from, to - from);
    }

    @Override
    public long longAt(int index) {
      return source.peek(place + index, 1);
    }
  }

  /** Integers from 0 to 255. */
  record Bytes(int count, Deferred<byte[]> deferred) implements Integers {
    @Override
    public void write(int from, int to, JsonSink out) {
      out.putOctets(deferred.get(), from, to);
    }

    @Override
    public long longAt(int index) {
      return deferred.get()[index] & 0xFF;
    }

    /** Some of the numbers, a byte each, in an array of the caller's own. */
    byte[] bytes(int from, int to) {
      return from == 0 && to == count
          ? deferred.copy(byte[]::clone)
          : Arrays.copyOfRange(deferred.get(), from, to);
    }
  }

  /** Numbers of single precision. */
  record Floats(int count, Deferred<float[]> deferred, NumberStyle style)
      implements NumberSequence {
    @Override
    public void write(int index, JsonSink out) {
      out.putFloat(floatAt(index), style);
    }

    @Override
    public void write(int from, int to, JsonSink out) {
      out.putFloats(deferred.get(), from, to, style);
    }

    @Override
    public double doubleAt(int index) {
      return floatAt(index);
    }

    @Override
    public float floatAt(int index) {
      return deferred.get()[index];
    }

    @Override
    public long longAt(int index) {
      return integer(floatAt(index));
    }

    @Override
    public float[] floats(int from, int to) {
      return from == 0 && to == count
          ? deferred.copy(float[]::clone)
          : Arrays.copyOfRange(deferred.get(), from, to);
    }
  }

  /** Numbers of double precision. */
  record Doubles(Deferred<double[]> deferred, NumberStyle style) implements NumberSequence {
    @Override
    public void write(int index, JsonSink out) {
      out.putDouble(doubleAt(index), style);
    }

    @Override
    public void write(int from, int to, JsonSink out) {
      out.putDoubles(deferred.get(), from, to, style);
    }

    @Override
    public double doubleAt(int index) {
      return deferred.get()[index];
    }

    @Override
    public long longAt(int index) {
      return integer(doubleAt(index));
    }
  }

  /**
   * Decimals.
   *
   * @param scale how many digits stand behind the point
   * @param isTrimmed whether zeros at the end are left out
   */
  record Decimals(Deferred<long[]> unscaled, int scale, boolean isTrimmed)
      implements NumberSequence {
    private BigDecimal at(int index) {
      return BigDecimal.valueOf(unscaled.get()[index], scale);
    }

    @Override
    public void write(int index, JsonSink out) {
      out.putDecimal(unscaled.get()[index], scale, isTrimmed);
    }

    @Override
    public double doubleAt(int index) {
      return at(index).doubleValue();
    }

    @Override
    public float floatAt(int index) {
      return at(index).floatValue();
    }

    @Override
    public long longAt(int index) {
      return at(index).longValueExact();
    }
  }

  /** Numbers kept as texts. */
  record Verbatim(byte[][] texts) implements NumberSequence {
    private String text(int index) {
      return new String(texts[index], StandardCharsets.US_ASCII);
    }

    @Override
    public void write(int index, JsonSink out) {
      out.put(texts[index]);
    }

    @Override
    public double doubleAt(int index) {
      return Double.parseDouble(text(index));
    }

    @Override
    public float floatAt(int index) {
      return Float.parseFloat(text(index));
    }

    @Override
    public long longAt(int index) {
      return integer(doubleAt(index));
    }
  }

  private static long integer(double value) {
    if (value != (long) value) {
      throw new ArithmeticException(value + " is no integer");
    }
    return (long) value;
  }
}
