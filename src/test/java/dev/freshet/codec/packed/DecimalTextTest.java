package dev.freshet.codec.packed;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DecimalTextTest {
  private static final int AT = 3;

  private interface Writer {
    int write(byte[] text, int at);
  }

  private static String written(Writer writer) {
    byte[] text = new byte[AT + DecimalText.BYTES_MAX];
    Arrays.fill(text, (byte) '#');
    int end = writer.write(text, AT);
    assertThat(new String(text, 0, AT, US_ASCII)).isEqualTo("###");
    return new String(text, AT, end - AT, US_ASCII);
  }

  /** Around each power of two and each power of ten, and some between. */
  private static List<Long> integers() {
    List<Long> integers = new ArrayList<>(List.of(0L, Long.MAX_VALUE, Long.MIN_VALUE));
    for (int shift = 0; shift < 63; shift++) {
      integers.addAll(List.of((1L << shift) - 1, 1L << shift, (1L << shift) + 1));
    }
    for (long power = 1; power <= Long.MAX_VALUE / 10; power *= 10) {
      integers.addAll(List.of(power - 1, power, power + 1, 10 * power - 1));
    }
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      integers.add(random.nextLong() >>> random.nextInt(64));
    }
    return integers;
  }

  @Test
  void lengthsAreThoseOfJavasTexts() {
    for (long value : integers()) {
      if (value >= 0) {
        assertThat(DecimalText.lengthOf(value)).isEqualTo(Long.toString(value).length());
      }
      if (value >= 0 && value <= Integer.MAX_VALUE) {
        assertThat(DecimalText.lengthOf((int) value)).isEqualTo(Long.toString(value).length());
      }
    }
  }

  @Test
  void integersAreWrittenAsJavaWritesThem() {
    for (long value : integers()) {
      assertThat(written((text, at) -> DecimalText.integer(text, at, value)))
          .isEqualTo(Long.toString(value));
      assertThat(written((text, at) -> DecimalText.integer(text, at, -value)))
          .isEqualTo(Long.toString(-value));
    }
  }

  @Test
  void upToThreeDigitsAreFilledWithZeros() {
    for (int value = 0; value < 1000; value++) {
      for (int digits = 1; digits <= 3; digits++) {
        int number = value;
        int digitsMin = digits;
        assertThat(written((text, at) -> DecimalText.upToThreeDigits(text, at, number, digitsMin)))
            .isEqualTo(("%0" + digits + "d").formatted(value));
      }
    }
  }

  @Test
  void decimalsAreWrittenAsJavaWritesThemPlainly() {
    for (long value : integers().subList(0, 5_000)) {
      for (int scale = 0; scale <= Numbers.SCALE_MAX; scale++) {
        BigDecimal decimal = BigDecimal.valueOf(value, scale);
        int digits = scale;
        assertThat(written((text, at) -> DecimalText.decimal(text, at, value, digits, false)))
            .isEqualTo(decimal.toPlainString());
        assertThat(written((text, at) -> DecimalText.decimal(text, at, value, digits, true)))
            .isEqualTo(trimmed(decimal.toPlainString()));
      }
    }
  }

  private static String trimmed(String decimal) {
    return decimal.contains(".") ? decimal.replaceAll("\\.?0+$", "") : decimal;
  }
}
