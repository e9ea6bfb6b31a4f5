package dev.freshet.cli.bench;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplesTest {

  private static Samples of(int... millis) {
    Samples samples = new Samples();
    IntStream.of(millis).forEach(ms -> samples.add(ms * 1_000_000L));
    return samples;
  }

  @Test
  void aPercentileIsTheSmallestSampleThatSoManyPercentDoNotExceed() {
    Samples samples = of(IntStream.rangeClosed(1, 2_000).map(i -> 2_001 - i).toArray());
    assertThat(samples.figuresMs())
        .containsExactly(
            entry("p50Ms", 1_000.0),
            entry("p90Ms", 1_800.0),
            entry("p99Ms", 1_980.0),
            entry("maxMs", 2_000.0),
            entry("meanMs", 1_000.5));
  }

  @Test
  void oneSampleIsEveryFigure() {
    assertThat(of(7).figuresMs().values()).containsOnly(7.0);
  }

  @Test
  void fewSamplesHaveTheirMaximumAsHighPercentile() {
    assertThat(of(1, 9, 5).figuresMs()).containsEntry("p50Ms", 5.0).containsEntry("p99Ms", 9.0);
  }

  @Test
  void noSamplesHaveNoFigures() {
    assertThat(of().figuresMs()).isEmpty();
    assertThat(of().count()).isZero();
  }

  @Test
  void figuresAreInMicroseconds() {
    Samples samples = new Samples();
    List.of(1_234_567L, 1_234_999L).forEach(samples::add);
    assertThat(samples.figuresMs()).containsEntry("p50Ms", 1.234).containsEntry("maxMs", 1.234);
  }
}
