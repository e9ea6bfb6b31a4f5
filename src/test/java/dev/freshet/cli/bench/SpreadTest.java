package dev.freshet.cli.bench;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {

  @Test
  void theMedianOfAnEvenNumberLiesBetweenTheTwoInTheMiddle() {
    assertThat(Spread.of(List.of(4.0, 1.0, 3.0, 2.0)))
        .isEqualTo(new Spread(2.5, 1.0, 4.0, 1.75, 3.25));
  }

  @Test
  void quartilesOfFiveAreTheSecondAndTheFourth() {
    assertThat(Spread.of(List.of(50.0, 10.0, 30.0, 20.0, 40.0)))
        .isEqualTo(new Spread(30.0, 10.0, 50.0, 20.0, 40.0));
  }

  @Test
  void oneFigureIsEveryFigure() {
    assertThat(Spread.of(List.of(7.0))).isEqualTo(new Spread(7.0, 7.0, 7.0, 7.0, 7.0));
  }

  @Test
  void noFiguresAreRefused() {
    assertThatThrownBy(() -> Spread.of(List.of())).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void programsGetRoundedFiguresAndTheDistanceOfTheQuartiles() {
    assertThat(new Spread(2.0 / 3, 0.12345, 1, 0.25, 0.7556).toMap(3))
        .containsExactly(
            entry("median", 0.667),
            entry("min", 0.123),
            entry("max", 1.0),
            entry("lowerQuartile", 0.25),
            entry("upperQuartile", 0.756),
            entry("interquartileRange", 0.506));
  }
}
