package dev.freshet.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
  private final Pace pace = new Pace();

  @Test
  void theFirstChangesAfterASilenceDoNotWait() {
    assertThat(pace.afterChangesMs(true, 1_000)).isZero();
    assertThat(pace.afterChangesMs(true, 1_000)).isZero();
    assertThat(pace.afterChangesMs(true, 1_000)).isEqualTo(1);
    pace.foundNothing();
    assertThat(pace.afterChangesMs(true, 1_000)).isZero();
  }

  @Test
  void changesThatDoNotEndAreLetGatherUpToABound() {
    for (int i = 0; i < 100; i++) {
      assertThat(pace.afterChangesMs(true, 1_000)).isBetween(0L, 64L);
    }
    assertThat(pace.afterChangesMs(true, 1_000)).isEqualTo(64);
    assertThat(pace.afterChangesMs(true, 1_000_000)).isEqualTo(64);
  }

  @Test
  void whereFewChangesComeLittleIsLetGather() {
    for (int i = 0; i < 100; i++) {
      pace.afterChangesMs(true, 3);
    }
    assertThat(pace.afterChangesMs(true, 3)).isEqualTo(2);
    assertThat(pace.afterChangesMs(true, 40)).isEqualTo(20);
  }

  @Test
  void aSteadyRateIsLetGatherForLongOnlyAboveTwoThousandASecond() {
    assertThat(gatheredAtLast(1.9)).isEqualTo(2);
    assertThat(gatheredAtLast(2.1)).isEqualTo(64);
  }

  /** What the waits come to when each brings the changes of a steady rate. */
  private long gatheredAtLast(double changesPerMs) {
    long waitMs = 64;
    for (int i = 0; i < 1_000; i++) {
      waitMs = pace.afterChangesMs(true, Math.round(changesPerMs * waitMs));
    }
    return waitMs;
  }

  @Test
  void aBacklogIsReadWithoutAPause() {
    for (int i = 0; i < 100; i++) {
      assertThat(pace.afterChangesMs(false, 1_000)).isZero();
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
    pace.afterChangesMs(true, 1_000);
    assertThat(pace.napMs()).isEqualTo(2);
  }
}
