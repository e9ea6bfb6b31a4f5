package dev.freshet.codec.packed;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ShortestDecimalTest {
  private static String ofFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    return stripped(ShortestDecimal.digitsOf(bits), ShortestDecimal.exponentOf(bits));
  }

  private static String ofDouble(double value) {
    long bits = Double.doubleToRawLongBits(value);
    return stripped(ShortestDecimal.digitsOf(bits), ShortestDecimal.exponentOf(bits));
  }

  /** Without zeros at the end of its digits. */
  private static String stripped(long digits, int exponent) {
    BigDecimal stripped = BigDecimal.valueOf(digits, -exponent).stripTrailingZeros();
    return stripped.unscaledValue() + "e" + -stripped.scale();
  }

  private static int digitsOf(String decimal) {
    return new BigDecimal(decimal).stripTrailingZeros().precision();
  }

  @Test
  void knownNumbersHaveTheirShortestDecimal() {
    assertThat(ofFloat(1)).isEqualTo("1e0");
    assertThat(ofFloat(0.5f)).isEqualTo("5e-1");
    assertThat(ofFloat(Float.MIN_NORMAL)).isEqualTo("11754944e-45");
    assertThat(ofFloat(1 / 10.0f)).isEqualTo("1e-1");
    assertThat(ofFloat(255)).isEqualTo("255e0");
    assertThat(ofFloat(16777216)).isEqualTo("16777216e0");
    assertThat(ofFloat(Float.MIN_VALUE)).isEqualTo("1e-45");
    assertThat(ofFloat(Float.MAX_VALUE)).isEqualTo("34028235e31");
    assertThat(ofDouble(Double.MIN_NORMAL)).isEqualTo("22250738585072014e-324");
    assertThat(ofDouble(1 / 10.0)).isEqualTo("1e-1");
    assertThat(ofDouble(Double.MIN_VALUE)).isEqualTo("5e-324");
    assertThat(ofDouble(Double.MAX_VALUE)).isEqualTo("17976931348623157e292");
  }

  @Test
  void ofTwoEquallyNearTheEvenOneIsTaken() {
    assertThat(ofFloat(130 + 1 / 64.0f)).isEqualTo("13001562e-5");
  }

  @Test
  void floatsReadBackFromNoMoreDigitsThanJavaTakes() {
    Random random = new Random(1);
    for (int i = 0; i < 500_000; i++) {
      int bits = i < 300_000 ? random.nextInt() & Integer.MAX_VALUE : i << 12;
      float value = Float.intBitsToFloat(bits & Integer.MAX_VALUE);
      if (Float.isFinite(value)) {
        String shortest = ofFloat(value);
        assertThat(Float.parseFloat(shortest)).isEqualTo(value);
        assertThat(digitsOf(shortest)).isLessThanOrEqualTo(digitsOf(Float.toString(value)));
      }
    }
  }

  @Test
  void doublesReadBackFromNoMoreDigitsThanJavaTakes() {
    Random random = new Random(2);
    for (int i = 0; i < 200_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong() & Long.MAX_VALUE);
      if (Double.isFinite(value)) {
        String shortest = ofDouble(value);
        assertThat(Double.parseDouble(shortest)).isEqualTo(value);
        assertThat(digitsOf(shortest)).isLessThanOrEqualTo(digitsOf(Double.toString(value)));
      }
    }
  }

  @Test
  void infinitiesAndNoNumbersEndTooWhereverTheyComeFrom() {
    for (int bits = 0x7F800000; bits < 0x7FFFFFFF - 4096; bits += 4096) {
      assertThat(ShortestDecimal.digitsOf(bits)).isBetween(1, 999_999_999);
    }
    long infinity = Double.doubleToRawLongBits(Double.POSITIVE_INFINITY);
    assertThat(ShortestDecimal.digitsOf(infinity)).isPositive();
  }
}
