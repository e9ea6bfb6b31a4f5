package dev.freshet.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class CountsTest {

  @Test
  void areNumbersWithCommasBetween() {
    assertThat(Counts.parse("16")).isEqualTo(new Counts(List.of(16))).hasToString("16");
    assertThat(Counts.parse("1,64,16").values()).containsExactly(1, 64, 16);
    assertThat(Counts.parse("1,64,16")).hasToString("1,64,16");
    assertThat(Counts.parse("1,64,16").max()).isEqualTo(64);
  }

  @Test
  void noneOrNothingIsNone() {
    assertThat(Counts.parse("none")).isEqualTo(Counts.parse("")).hasToString("none");
    assertThat(Counts.parse("none").isEmpty()).isTrue();
    assertThat(Counts.parse("none").max()).isZero();
  }

  @Test
  void anythingElseIsRefusedWithWhatToWrite() {
    for (String text :
        List.of(
            "0",
            "-1",
            "1,",
            ",1",
            "1,,2",
            "1, 2",
            "1.5",
            "1e3",
            "all",
            "9999999999",
            "1,none",
            "1,2,1")) {
      assertThatThrownBy(() -> Counts.parse(text))
          .as("`%s`", text)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("write");
    }
  }
}
