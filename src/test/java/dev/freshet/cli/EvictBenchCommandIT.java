package dev.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Runs the benchmark small. Asserts that it measures, not how fast anything is. */
class EvictBenchCommandIT {

  private static JsonNode run(String... options) throws IOException {
    StringWriter out = new StringWriter();
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    List<String> arguments = new ArrayList<>(List.of("bench", "evict"));
    arguments.addAll(List.of(options));
    assertThat(commandLine.execute(arguments.toArray(String[]::new))).isEqualTo(ExitCode.DONE);
    return new ObjectMapper().readTree(out.toString());
  }

  @Test
  void aStatementThatChangesAllRowsIsMeasuredLiveAndAsCatchUp() throws IOException {
    JsonNode report = run("--keys", "60000", "--rounds", "1");

    assertThat(report.path("command").asText())
        .isEqualTo("freshet bench evict --keys 60000 --rounds 1");
    assertThat(report.path("documentBytes").asInt()).isEqualTo(100);
    assertThat(report.path("daemon").path("heap").asText()).isEqualTo("-Xmx128m");
    assertThat(report.path("daemon").path("collector").asText()).isNotEqualTo("unknown");
    for (String mode : List.of("catchUp", "live")) {
      assertThat(report.path(mode).path("rounds")).as(mode).hasSize(1);
      assertRound(report.path(mode).path("rounds").get(0), 60_000);
      assertPositive(
          report.path(mode), List.of("keysPerSecondMedian", "daemonCpuMicrosPerKeyMedian"));
    }
    assertThat(report.path("environment").fieldNames())
        .toIterable()
        .contains("cores", "java", "postgres", "redis", "loadAverage");
  }

  @Test
  void manyTransactionsAreMeasuredAsCatchUp() throws IOException {
    JsonNode report = run("--keys", "12000", "--transactions", "12000", "--rounds", "1");

    assertThat(report.path("transactions").asInt()).isEqualTo(12_000);
    assertThat(report.has("live")).isFalse();
    assertRound(report.path("catchUp").path("rounds").get(0), 12_000);
  }

  private static void assertRound(JsonNode round, int keys) {
    assertPositive(
        round,
        List.of("keysPerSecond", "seconds", "daemonCpuMicrosPerKey", "redisCpuMicrosPerKey"));
    assertPositive(
        round.path("secondsByPart"),
        List.of("daemonInCallsToPostgres", "daemonInCallsToRedis", "redisInScripts"));
    assertThat(round.path("keysEvicted").asInt()).isEqualTo(keys);
    assertThat(round.path("keysExisted").asInt()).isEqualTo(keys);
    assertThat(round.path("keysLeft").asInt()).isZero();
    assertPositive(round.path("heapUsedAfterGcMiB"), List.of("at100Percent"));
    assertThat(round.path("rssMiB").isObject()).isTrue();
  }

  private static void assertPositive(JsonNode figures, List<String> names) {
    for (String name : names) {
      assertThat(figures.path(name).asDouble()).as(name).isPositive();
    }
  }
}
