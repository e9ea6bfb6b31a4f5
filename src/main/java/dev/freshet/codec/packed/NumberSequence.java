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

  /** Some of the numbers as floats. */
  default float[] floats(int from, int to) {
    float[] floats = new float[to - from];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = floatAt(from + i);
    }
    return floats;
  }

  /** Integers. */
  record Ints(long[] values) implements NumberSequence {
    @Override
    public void write(int index, JsonSink out) {
      out.putInteger(values[index]);
    }

    @Override
    public double doubleAt(int index) {
      return values[index];
    }

    @Override
    public float floatAt(int index) {
      return values[index];
    }

    @Override
    public long longAt(int index) {
      return values[index];
    }
  }

  /** Integers from 0 to 255. */
  record Bytes(byte[] values) implements NumberSequence {
    @Override
    public void write(int index, JsonSink out) {
      out.putInteger(values[index] & 0xFF);
    }

    @Override
    public void write(int from, int to, JsonSink out) {
      out.putOctets(values, from, to);
    }

    @Override
    public double doubleAt(int index) {
      return values[index] & 0xFF;
    }

    @Override
    public long longAt(int index) {
      return values[index] & 0xFF;
    }
  }

  /** Numbers of single precision. */
  record Floats(float[] values, NumberStyle style) implements NumberSequence {
    @Override
    public void write(int index, JsonSink out) {
      Numbers.writeBinary(
          out, BinaryFormat.FLOAT32, Float.floatToRawIntBits(values[index]) & 0xFFFFFFFFL, style);
    }

    @Override
    public double doubleAt(int index) {
      return values[index];
    }

    @Override
    public float floatAt(int index) {
      return values[index];
    }

    @Override
    public long longAt(int index) {
      return integer(values[index]);
    }

    @Override
    public float[] floats(int from, int to) {
      return Arrays.copyOfRange(values, from, to);
    }
  }

  /** Numbers of double precision. */
  record Doubles(double[] values, NumberStyle style) implements NumberSequence {
    @Override
    public void write(int index, JsonSink out) {
      Numbers.writeBinary(
          out, BinaryFormat.FLOAT64, Double.doubleToRawLongBits(values[index]), style);
    }

    @Override
    public double doubleAt(int index) {
      return values[index];
    }

    @Override
    public long longAt(int index) {
      return integer(values[index]);
    }
  }

  /**
   * Decimals.
   *
   * @param scale how many digits stand behind the point
   * @param isTrimmed whether zeros at the end are left out
   */
  record Decimals(long[] unscaled, int scale, boolean isTrimmed) implements NumberSequence {
    @Override
    public void write(int index, JsonSink out) {
      Numbers.writeDecimal(out, unscaled[index], scale, isTrimmed);
    }

    @Override
    public double doubleAt(int index) {
      return BigDecimal.valueOf(unscaled[index], scale).doubleValue();
    }

    @Override
    public float floatAt(int index) {
      return BigDecimal.valueOf(unscaled[index], scale).floatValue();
    }

    @Override
    public long longAt(int index) {
      return BigDecimal.valueOf(unscaled[index], scale).longValueExact();
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
