package dev.freshet.codec.times;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.codec.UndecodableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Benchmark;

/** The benchmarks read what they say, so that their times can be compared. */
class CodecTimesTest {

  /** A state that was made ready for a benchmark and reads the first document next. */
  private static CodecTimes ready(String benchmark) {
    CodecTimes times = new CodecTimes();
    times.prepare(benchmark);
    times.next = TimedDocuments.named(TimedDocuments.DEMO).measured().size() - 1;
    return times;
  }

  @Test
  void eachBenchmarkReadsTheSameDocument() throws IOException, UndecodableException {
    byte[] first = TimedDocuments.named(TimedDocuments.DEMO).measured().get(0);
    var tree = new ObjectMapper().readTree(first);

    assertThat(ready("packedToTyped").packedToTyped().json()).isEqualTo(first);
    assertThat(ready("packedToText").packedToText()).isEqualTo(first);
    assertThat(ready("jackson").jackson()).isEqualTo(tree);
    assertThat(ready("zstdAndJackson").zstdAndJackson()).isEqualTo(tree);
    assertThat(ready("zstdWithDictionaryAndJackson").zstdWithDictionaryAndJackson())
        .isEqualTo(tree);
    assertThat(ready("gzipAndJackson").gzipAndJackson()).isEqualTo(tree);
  }

  @Test
  void allArraysOfNumbersAreTaken() throws UndecodableException {
    byte[] first = TimedDocuments.named(TimedDocuments.DEMO).measured().get(0);
    List<Object> taken = new ArrayList<>();
    NumberPaths paths = NumberPaths.of(first);

    paths.read(ready("packedToTyped").packedToTyped(), taken::add);

    assertThat(paths.paths()).contains("\"features\".\"fast\".\"avg_color_features\"");
    assertThat(taken).hasSize(paths.paths().size()).hasSizeGreaterThan(5);
    assertThat(taken).hasAtLeastOneElementOfType(float[].class);
    assertThat(taken).hasAtLeastOneElementOfType(long[].class);
  }

  @Test
  void theReportNamesEachBenchmarkAndWhatIsWanted() {
    assertThat(CodecTimesReport.BENCHMARKS)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(CodecTimes.class.getMethods())
                .filter(method -> method.isAnnotationPresent(Benchmark.class))
                .map(java.lang.reflect.Method::getName)
                .toList());
    List<CodecTimesReport.Figure> figures = new ArrayList<>();
    for (String benchmark : CodecTimesReport.BENCHMARKS) {
      double us = benchmark.equals("packedToTyped") ? 2 : 10;
      figures.add(new CodecTimesReport.Figure("fast", benchmark, us, 0.1));
    }
    CodecTimesReport report = new CodecTimesReport(figures);

    assertThat(report.targets()).extracting("isMet").containsExactly(false, false, true);
    assertThat(report.table()).contains("| packedToText | 10.00 (5.0) |").contains("<= 1.5");
    assertThat(report.toMap()).containsKeys("figures", "targets");
  }
}
