package dev.freshet.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PauseRangeTest {

  @Test
  void isOneNumberOrTwo() {
    assertThat(PauseRange.parse("0")).isEqualTo(new PauseRange(0, 0)).hasToString("0");
    assertThat(PauseRange.parse("5")).isEqualTo(new PauseRange(5, 5)).hasToString("5");
    assertThat(PauseRange.parse("1-20")).isEqualTo(new PauseRange(1, 20)).hasToString("1-20");
    assertThat(PauseRange.parse("10000").maxMs()).isEqualTo(10_000);
  }

  @Test
  void anythingElseIsRefusedWithWhatToWrite() {
    for (String text :
        List.of("", "-1", "1-", "a", "1.5", "1-2-3", " 5", "20-1", "10001", "999999")) {
      assertThatThrownBy(() -> PauseRange.parse(text))
          .as("`%s`", text)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("write");
    }
  }

  @Test
  void aPauseLastsAtLeastTheLesserTime() throws InterruptedException {
    long began = System.nanoTime();
    new PauseRange(3, 5).pause();
    assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(3_000_000);
  }
}
