package dev.freshet.codec.packed;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumberStyleTest {
  private static String written(NumberStyle style, double value) {
    byte[] text = new byte[DecimalText.BYTES_MAX];
    int end = style.write(text, 0, Double.doubleToRawLongBits(value));
    return new String(text, 0, end, US_ASCII);
  }

  private static String written(NumberStyle style, float value) {
    byte[] text = new byte[DecimalText.BYTES_MAX];
    int end = style.write(text, 0, Float.floatToRawIntBits(value));
    return new String(text, 0, end, US_ASCII);
  }

  @ParameterizedTest
  @CsvSource({
    "PYTHON, 0.0, -0.0, 1.0, 255.0, 0.0001, 1e-05, 123456789.25, 1e+16, 1.5e-07, 1e+100",
    "PLAIN_POINT, 0.0, -0.0, 1.0, 255.0, 0.0001, 0.00001, 123456789.25, 10000000000000000.0,"
        + " 0.00000015, 1%s.0",
    "PLAIN, 0, -0, 1, 255, 0.0001, 0.00001, 123456789.25, 10000000000000000, 0.00000015, 1%s",
    "POSTGRES_FLOAT8, 0, -0, 1, 255, 0.0001, 1e-05, 123456789.25, 1e+16, 1.5e-07, 1e+100",
    "POSTGRES_FLOAT4, 0, -0, 1, 255, 0.0001, 1e-05, 1.2345678925e+08, 1e+16, 1.5e-07, 1e+100",
    "JAVASCRIPT, 0, -0, 1, 255, 0.0001, 0.00001, 123456789.25, 10000000000000000, 1.5e-7, 1e+100",
    "JAVA, 0.0, -0.0, 1.0, 255.0, 1.0E-4, 1.0E-5, 1.2345678925E8, 1.0E16, 1.5E-7, 1.0E100",
    "RUST, 0.0, -0.0, 1.0, 255.0, 0.0001, 0.00001, 123456789.25, 1e16, 1.5e-7, 1e100",
  })
  void eachStyleWritesAsItsProgramDoes(
      NumberStyle style,
      String zero,
      String minusZero,
      String one,
      String small,
      String fraction,
      String lesser,
      String pointed,
      String large,
      String tiny,
      String huge) {
    assertThat(written(style, 0.0)).isEqualTo(zero);
    assertThat(written(style, -0.0)).isEqualTo(minusZero);
    assertThat(written(style, -0.0f)).isEqualTo(minusZero);
    assertThat(written(style, 1.0)).isEqualTo(one);
    assertThat(written(style, 1.0f)).isEqualTo(one);
    assertThat(written(style, 255.0f)).isEqualTo(small);
    assertThat(written(style, -255.0f)).isEqualTo("-" + small);
    assertThat(written(style, 1e-4)).isEqualTo(fraction);
    assertThat(written(style, 1e-5)).isEqualTo(lesser);
    assertThat(written(style, 1e-5f)).isEqualTo(lesser);
    assertThat(written(style, 123456789.25)).isEqualTo(pointed);
    assertThat(written(style, 1e16)).isEqualTo(large);
    assertThat(written(style, 1.5e-7)).isEqualTo(tiny);
    assertThat(written(style, 1.5e-7f)).isEqualTo(tiny);
    assertThat(written(style, 1e100)).isEqualTo(huge.formatted("0".repeat(100)));
  }

  @ParameterizedTest
  @CsvSource({"PLAIN, ''", "PLAIN_POINT, .0"})
  void numbersWithoutExponentsAreWrittenAsJavaWritesThemPlainly(NumberStyle style, String point) {
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        assertPlain(written(style, value), point);
        assertThat(Double.parseDouble(written(style, value))).isEqualTo(value);
      }
      float single = Float.intBitsToFloat(random.nextInt());
      if (Float.isFinite(single)) {
        assertPlain(written(style, single), point);
        assertThat(Float.parseFloat(written(style, single))).isEqualTo(single);
      }
    }
  }

  /** Plain, without zeros that are not needed, and with a point behind integers where wanted. */
  private static void assertPlain(String written, String point) {
    String plain = new BigDecimal(written).stripTrailingZeros().toPlainString();
    assertThat(written).isEqualTo(plain.contains(".") ? plain : plain + point);
  }

  @Test
  void everyStyleIsReadBackAsTheSameNumber() {
    Random random = new Random(2);
    for (int i = 0; i < 100_000; i++) {
      float single = Float.intBitsToFloat(random.nextInt());
      double value = i % 2 == 0 ? random.nextGaussian() * 1000 : random.nextInt(1 << 20) / 16.0;
      for (int style = 0; style < NumberStyle.count(); style++) {
        assertThat(Double.parseDouble(written(NumberStyle.at(style), value))).isEqualTo(value);
        if (Float.isFinite(single)) {
          assertThat(Float.parseFloat(written(NumberStyle.at(style), single))).isEqualTo(single);
        }
      }
    }
  }
}
