package dev.freshet.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
  private final Pace pace = new Pace();

  @Test
  void theFirstChangesAfterASilenceDoNotWait() {
    assertThat(pace.afterChangesMs(true, 1, 1_000)).isZero();
    assertThat(pace.afterChangesMs(true, 1, 1_000)).isZero();
    assertThat(pace.afterChangesMs(true, 1, 1_000)).isEqualTo(1);
    pace.foundNothing();
    assertThat(pace.afterChangesMs(true, 1, 1_000)).isZero();
  }

  @Test
  void changesThatDoNotEndAreLetGather() {
    for (int i = 0; i < 100; i++) {
      assertThat(pace.afterChangesMs(true, 1, 1_000)).isBetween(0L, 16L);
    }
    assertThat(pace.afterChangesMs(true, 1, 1_000)).isEqualTo(16);
  }

  @Test
  void theLongerTheWorkTakesTheMoreAreLetGatherUpToABound() {
    for (int i = 0; i < 100; i++) {
      pace.afterChangesMs(true, 1, 1_000);
    }
    assertThat(pace.afterChangesMs(true, 3, 1_000)).isEqualTo(48);
    assertThat(pace.afterChangesMs(true, 4, 1_000)).isEqualTo(64);
    assertThat(pace.afterChangesMs(true, 5, 1_000)).isEqualTo(64);
    assertThat(pace.afterChangesMs(true, 5_000, 1_000)).isEqualTo(64);
    assertThat(pace.afterChangesMs(true, 0, 1_000)).isEqualTo(2);
  }

  @Test
  void whereFewChangesComeLittleIsLetGather() {
    for (int i = 0; i < 100; i++) {
      pace.afterChangesMs(true, 8, 3);
    }
    assertThat(pace.afterChangesMs(true, 8, 3)).isEqualTo(2);
    assertThat(pace.afterChangesMs(true, 8, 40)).isEqualTo(20);
    assertThat(pace.afterChangesMs(true, 1, 40)).isEqualTo(16);
    assertThat(pace.afterChangesMs(true, 0, 40)).isEqualTo(2);
  }

  @Test
  void aBacklogIsReadWithoutAPause() {
    for (int i = 0; i < 100; i++) {
      assertThat(pace.afterChangesMs(false, 100, 1_000)).isZero();
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
    pace.afterChangesMs(true, 1, 1_000);
    assertThat(pace.napMs()).isEqualTo(2);
  }
}
