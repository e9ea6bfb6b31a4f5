package dev.freshet.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GcLogTest {
  private static final GcLog LOG =
      GcLog.parse(
          List.of(
              "[1000ms] Using G1",
              "[1500ms] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 23M->4M(128M) 2.345ms",
              "[1600ms] GC(1) Concurrent Mark Cycle",
              "[1700ms] GC(1) Pause Remark 30M->28M(128M) 1.005ms",
              "[1800ms] GC(1) Concurrent Mark Cycle 12.300ms",
              "[1900ms] GC(2) Pause Young (Allocation Failure) 60M->50M(124M) 3.000ms"));

  @Test
  void theCollectorAndItsPausesAreRead() {
    assertThat(LOG.collector()).isEqualTo("G1");
    assertThat(LOG.pauses())
        .containsExactly(
            new GcLog.Pause(1500, 4, 2.345),
            new GcLog.Pause(1700, 28, 1.005),
            new GcLog.Pause(1900, 50, 3.0));
    assertThat(GcLog.parse(List.of()).collector()).isEqualTo("unknown");
  }

  @Test
  void usedAfterIsOfTheLastPauseUntilThen() {
    assertThat(LOG.usedAfterMiB(1499)).isEmpty();
    assertThat(LOG.usedAfterMiB(1500)).hasValue(4);
    assertThat(LOG.usedAfterMiB(1899)).hasValue(28);
    assertThat(LOG.usedAfterMiB(5000)).hasValue(50);
  }

  @Test
  void figuresAreOfATime() {
    assertThat(LOG.usedAfterMiBMax()).hasValue(50);
    assertThat(LOG.within(1500, 1700).usedAfterMiBMax()).hasValue(28);
    assertThat(LOG.within(1500, 1700).pausedMs()).isEqualTo(3.35);
    assertThat(LOG.within(1501, 1699).usedAfterMiBMax()).isEmpty();
  }
}
