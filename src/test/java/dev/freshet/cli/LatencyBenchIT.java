package dev.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Runs the benchmark small. Asserts that it measures, not how fast anything is. */
class LatencyBenchIT {
  private static final List<String> FIGURES = List.of("p50Ms", "p90Ms", "p99Ms", "maxMs", "meanMs");

  private static JsonNode run(String... options) throws IOException {
    StringWriter out = new StringWriter();
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    List<String> arguments = new java.util.ArrayList<>(List.of("bench", "latency"));
    arguments.addAll(List.of(options));
    assertThat(commandLine.execute(arguments.toArray(String[]::new))).isEqualTo(ExitCode.DONE);
    return new ObjectMapper().readTree(out.toString());
  }

  @Test
  void bothSidesAreMeasuredAndFreshetLosesNothing() throws IOException {
    JsonNode report = run("--updates", "40", "--warm-up", "5");

    assertThat(report.path("command").asText())
        .isEqualTo("freshet bench latency --updates 40 --warm-up 5");
    assertThat(report.path("updatesPerSide").asInt()).isEqualTo(40);
    assertThat(report.path("warmUpUpdatesPerSide").asInt()).isEqualTo(5);
    for (String side : List.of("freshet", "naive")) {
      assertThat(report.path(side).path("updates").asInt()).as(side).isEqualTo(40);
      assertThat(report.path(side).path("lost").asInt()).as(side).isZero();
      assertPositive(report.path(side), FIGURES);
      assertPositive(report.path(side).path("update"), FIGURES);
    }
    assertPositive(report.path("pollRoundTrip"), FIGURES);
    assertPositive(report.path("freshetToNaive"), List.of("p50", "p90", "p99", "max", "mean"));
    assertThat(report.path("backgroundTps").asDouble()).isZero();
    assertThat(report.path("environment").fieldNames())
        .toIterable()
        .contains("cores", "java", "postgres", "redis", "synchronousCommit", "loadAverage");
    assertThat(report.path("environment").path("synchronousCommit").asText()).isEqualTo("on");
  }

  @Test
  void otherRowsAreUpdatedMeanwhileIfAskedFor() throws IOException {
    JsonNode report =
        run("--updates", "20", "--warm-up", "0", "--pause-ms", "5", "--background-tps", "50");

    assertThat(report.path("backgroundTpsAsked").asInt()).isEqualTo(50);
    assertThat(report.path("backgroundTps").asDouble()).isPositive();
    assertThat(report.path("freshet").path("lost").asInt()).isZero();
    assertPositive(report.path("freshet"), FIGURES);
    assertPositive(report.path("naive"), FIGURES);
  }

  private static void assertPositive(JsonNode figures, List<String> names) {
    for (String name : names) {
      assertThat(figures.path(name).asDouble()).as(name).isPositive();
    }
  }
}
