package dev.freshet.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FunctionTextTest {
  private static final FunctionText TEXT = new FunctionText("BEGIN lock; ring; ring; END");

  @Test
  void aPieceIsReplaced() {
    assertThat(TEXT.replaced("lock;", "wait;").sql()).isEqualTo("BEGIN wait; ring; ring; END");
    assertThat(TEXT.replacedEverywhere("ring", "call").sql())
        .isEqualTo("BEGIN lock; call; call; END");
  }

  @Test
  void aPieceThatIsNotThereIsRefused() {
    assertThatThrownBy(() -> TEXT.replaced("bell;", ""))
        .isInstanceOf(BenchFailedException.class)
        .hasMessageContaining("`bell;` is not in it");
    assertThatThrownBy(() -> TEXT.replacedEverywhere("bell;", ""))
        .isInstanceOf(BenchFailedException.class)
        .hasMessageContaining("`bell;` is not in it");
  }

  @Test
  void aPieceThatIsThereTwiceIsRefused() {
    assertThatThrownBy(() -> TEXT.replaced("ring;", ""))
        .isInstanceOf(BenchFailedException.class)
        .hasMessageContaining("`ring;` is in it more than once");
  }
}
