package dev.freshet.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class EvictFiguresTest {
  private static final EvictionRun RUN =
      new EvictionRun(
          2_000_000_000L,
          10_000,
          List.of(
              new EvictionRun.Sight(10_000, 0, OptionalLong.of(200)),
              new EvictionRun.Sight(10_500, 120, OptionalLong.of(210)),
              new EvictionRun.Sight(11_000, 600, OptionalLong.of(220)),
              new EvictionRun.Sight(12_000, 1_000, OptionalLong.of(230))));

  private static EvictRound round(long evicted, long existed, long left) {
    return new EvictRound(
        1_000,
        evicted,
        existed,
        left,
        RUN,
        Map.of("redisInScripts", 1.0),
        Duration.ofMillis(4),
        Duration.ofMillis(1),
        GcLog.parse(
            List.of(
                "[10400ms] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 60M->20M(128M) 2.0ms",
                "[11500ms] GC(1) Pause Young (Normal) (G1 Evacuation Pause) 80M->30M(128M) 3.0ms",
                "[12500ms] GC(2) Pause Young (Normal) (G1 Evacuation Pause) 80M->25M(128M) 4.0ms")),
        new ProcessMemory(OptionalLong.of(240), OptionalLong.of(250)));
  }

  @Test
  void aRoundTellsRateProcessorTimeAndMemory() {
    Map<String, Object> map = round(1_000, 1_000, 0).toMap();

    assertThat(map)
        .containsEntry("keysPerSecond", 500L)
        .containsEntry("seconds", 2.0)
        .containsEntry("daemonCpuMicrosPerKey", 4.0)
        .containsEntry("redisCpuMicrosPerKey", 1.0)
        .containsEntry("gcPauses", 2)
        .containsEntry("gcPausedMs", 5.0);
    assertThat(map.get("heapUsedAfterGcMiB"))
        .isEqualTo(Map.of("at10Percent", 20, "at50Percent", 20, "at100Percent", 30, "max", 30));
    assertThat(map.get("rssMiB"))
        .isEqualTo(
            Map.of("at10Percent", 210L, "at50Percent", 220L, "at100Percent", 230L, "peak", 250L));
  }

  @Test
  void aRoundInWhichAKeyWasNotEvictedHasNoFigures() {
    round(1_000, 1_000, 0).check();
    assertThatThrownBy(() -> round(1_000, 1_000, 1).check())
        .isInstanceOf(BenchFailedException.class)
        .hasMessageContaining("1 are still in Redis");
    assertThatThrownBy(() -> round(1_000, 999, 0).check()).isInstanceOf(BenchFailedException.class);
    assertThatThrownBy(() -> round(999, 999, 0).check()).isInstanceOf(BenchFailedException.class);
    assertThatThrownBy(() -> round(1_001, 1_000, 0).check())
        .isInstanceOf(BenchFailedException.class);
  }

  @Test
  void aCounterIsComparedWithAnEarlierLook() {
    ScrapedMetrics earlier = ScrapedMetrics.parse("# HELP x y\na_total 3.0\n");
    ScrapedMetrics later = ScrapedMetrics.parse("a_total 1.5E3\nb_total{server=\"redis\"} 2.0\n\n");

    assertThat(later.since(earlier, "a_total")).isEqualTo(1_497);
    assertThat(later.since(earlier, "b_total{server=\"redis\"}")).isEqualTo(2);
    assertThatThrownBy(() -> later.since(earlier, "c_total")).hasMessageContaining("c_total");
  }

  @Test
  void whatTheSystemAndRedisTellIsRead() {
    assertThat(ProcessMemory.parse("Name:\tjava\nVmHWM:\t  262144 kB\nVmRSS:\t  204800 kB\n"))
        .isEqualTo(new ProcessMemory(OptionalLong.of(200), OptionalLong.of(256)));
    assertThat(ProcessMemory.parse(""))
        .isEqualTo(new ProcessMemory(OptionalLong.empty(), OptionalLong.empty()));
    assertThat(
            Figures.scriptMicros(
                "# Commandstats\r\ncmdstat_eval:calls=1,usec=9,x\r\ncmdstat_evalsha:calls=12,usec=345,usec_per_call=28.75\r\n"))
        .isEqualTo(345);
    assertThat(Figures.scriptMicros("")).isZero();
    assertThat(
            Figures.cpuTime(
                "# CPU\r\nused_cpu_sys:1.5\r\nused_cpu_user:2.25\r\nused_cpu_sys_children:7.0\r\nused_cpu_sys_main_thread:7.0\r\n"))
        .isEqualTo(Duration.ofMillis(3_750));
  }
}
