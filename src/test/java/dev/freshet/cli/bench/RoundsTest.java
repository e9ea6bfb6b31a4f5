package dev.freshet.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RoundsTest {
  private final Rounds rounds = new Rounds();

  @Test
  void aRatioIsOfTwoFiguresOfTheSameRound() {
    // The machine became four times as slow; the order of the sides changed with each round.
    rounds.add(1, "none", 1_000);
    rounds.add(1, "freshet", 900);
    rounds.add(2, "freshet", 225);
    rounds.add(2, "none", 250);
    rounds.add(3, "freshet", 700);
    rounds.add(3, "none", 1_000);

    assertThat(rounds.ratios("freshet", "none")).containsExactly(0.9, 0.9, 0.7);
    assertThat(rounds.ratios("none", "none")).containsExactly(1.0, 1.0, 1.0);
    assertThat(rounds.of("freshet")).containsExactly(900.0, 225.0, 700.0);
  }

  @Test
  void aRoundWithoutOneOfTheSidesHasNoRatio() {
    rounds.add(1, "freshet", 900);
    rounds.add(2, "freshet", 800);
    rounds.add(2, "none", 1_000);
    rounds.add(3, "none", 1_000);

    assertThat(rounds.ratios("freshet", "none")).containsExactly(0.8);
    assertThat(rounds.ratios("freshet", "naive")).isEmpty();
    assertThat(rounds.ratios("naive", "none")).isEmpty();
    assertThat(rounds.of("naive")).isEmpty();
  }

  @Test
  void aSideIsMeasuredOnceInARound() {
    rounds.add(1, "none", 1);
    assertThatThrownBy(() -> rounds.add(1, "none", 2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("none");
  }
}
