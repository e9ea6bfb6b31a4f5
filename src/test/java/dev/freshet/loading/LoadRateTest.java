package dev.freshet.loading;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class LoadRateTest {
  private static final long SECOND = 1_000_000_000L;

  private long now = 17;

  private LoadRate of(int keysPerSecond) {
    return new LoadRate(OptionalInt.of(keysPerSecond), () -> now);
  }

  @Test
  void noMoreThanTheRateIsTaken() {
    LoadRate rate = of(100);
    int taken = 0;
    for (int i = 0; i <= 1_000; i++) {
      taken += rate.take(500);
      now += SECOND / 100;
    }
    assertThat(taken).as("in ten seconds, and a tenth at once").isBetween(1_000, 1_010);
  }

  @Test
  void whatWasNotUsedIsKeptForATenthOfASecond() {
    LoadRate rate = of(100);
    assertThat(rate.take(500)).isEqualTo(10);
    assertThat(rate.take(500)).isZero();
    now += 60 * SECOND;
    assertThat(rate.take(4)).isEqualTo(4);
    assertThat(rate.take(500)).isEqualTo(6);
  }

  @Test
  void itSaysWhenAKeyMayBeLoadedAgain() {
    LoadRate rate = of(2);
    assertThat(rate.waitNanos()).isZero();
    assertThat(rate.take(1)).isEqualTo(1);
    assertThat(rate.waitNanos()).isEqualTo(SECOND / 2);
    now += SECOND / 2;
    assertThat(rate.waitNanos()).isZero();
    assertThat(rate.take(1)).isEqualTo(1);
  }

  @Test
  void withoutABoundAllIsTaken() {
    LoadRate rate = new LoadRate(OptionalInt.empty(), () -> now);
    assertThat(rate.take(1_000_000)).isEqualTo(1_000_000);
    assertThat(rate.waitNanos()).isZero();
  }
}
