package dev.freshet.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
  private final Pace pace = new Pace();

  @Test
  void theFirstChangesAfterASilenceDoNotWait() {
    assertThat(pace.afterChangesMs(true)).isZero();
    assertThat(pace.afterChangesMs(true)).isZero();
    assertThat(pace.afterChangesMs(true)).isEqualTo(1);
    pace.foundNothing();
    assertThat(pace.afterChangesMs(true)).isZero();
  }

  @Test
  void changesThatDoNotEndAreLetGather() {
    for (int i = 0; i < 100; i++) {
      assertThat(pace.afterChangesMs(true)).isBetween(0L, 8L);
    }
    assertThat(pace.afterChangesMs(true)).isEqualTo(8);
  }

  @Test
  void aBacklogIsReadWithoutAPause() {
    for (int i = 0; i < 100; i++) {
      assertThat(pace.afterChangesMs(false)).isZero();
    }
  }

  @Test
  void napsGetLongerUntilSomethingComes() {
    assertThat(pace.napMs()).isEqualTo(2);
    assertThat(pace.napMs()).isEqualTo(4);
    for (int i = 0; i < 10; i++) {
      pace.napMs();
    }
    assertThat(pace.napMs()).isEqualTo(50);
    pace.afterChangesMs(true);
    assertThat(pace.napMs()).isEqualTo(2);
  }
}
