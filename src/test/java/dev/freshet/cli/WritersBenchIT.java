package dev.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
class WritersBenchIT {
  private static final List<String> SPREAD =
      List.of("median", "min", "max", "lowerQuartile", "upperQuartile");
  private static final double ROUNDED = 0.002;

  private static JsonNode run(String options) throws IOException {
    StringWriter out = new StringWriter();
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    assertThat(commandLine.execute(("bench writers " + options).split(" ")))
        .isEqualTo(ExitCode.DONE);
    return new ObjectMapper().readTree(out.toString());
  }

  private static JsonNode of(JsonNode figures, String side) {
    for (JsonNode entry : figures) {
      if (entry.path("side").asText().equals(side)) {
        return entry;
      }
    }
    throw new AssertionError("no figures of " + side + " in " + figures);
  }

  @Test
  void everySideIsMeasuredInEveryRoundAndComparedWithinIt() throws IOException {
    JsonNode report =
        run(
            "--rounds 2 --seconds 1 --writers 2 --synchronous-commit off --rows 1000 --bulk 1000 --generator jdbc --seed 7");

    assertThat(report.path("command").asText()).startsWith("freshet bench writers --rounds 2");
    assertThat(report.path("seed").asLong()).isEqualTo(7);
    assertThat(report.path("generator").path("name").asText()).isEqualTo("jdbc");
    assertThat(report.path("generator").path("version").asText()).contains("pgjdbc-ng");
    assertThat(report.path("table").path("bytesPerRow").asDouble()).isBetween(200.0, 2_000.0);
    assertThat(report.path("environment").fieldNames())
        .toIterable()
        .contains(
            "cores", "java", "postgres", "redis", "loadAverage", "postgresSettings", "fileSystem");
    assertThat(report.path("environment").path("postgresSettings").fieldNames())
        .toIterable()
        .contains("fsync", "shared_buffers", "wal_level", "max_wal_size", "autovacuum");

    assertSingleRow(report.path("singleRow"));
    assertBulk(report.path("bulk"));
    assertThat(report.path("targets").isArray()).isTrue();
    assertThat(report.path("targets")).as("none is for 2 writers or 1,000 rows").isEmpty();
  }

  private static void assertSingleRow(JsonNode figures) {
    List<String> sides =
        List.of("none", "insert-only", "freshet-awake", "freshet-asleep", "naive", "log-notify");
    assertThat(figures).hasSize(sides.size());
    JsonNode none = of(figures, "none");
    for (String side : sides) {
      JsonNode entry = of(figures, side);
      assertThat(entry.path("writers").asInt()).isEqualTo(2);
      assertThat(entry.path("synchronousCommit").asText()).isEqualTo("off");
      assertSpread(entry.path("tps"), side);
      assertSpread(entry.path("ratioToNone"), side);
      assertMedianOfRatios(entry, none, "tpsByRound");
    }
    assertSpread(of(figures, "freshet-awake").path("ratioToNaive"), "to naive");
    assertSpread(of(figures, "freshet-awake").path("ratioToInsertOnly"), "to insert-only");
    assertThat(of(figures, "insert-only").has("ratioToInsertOnly")).isFalse();
    assertThat(notifications(figures, "freshet-awake")).isBetween(0.0, 1.0);
    assertThat(notifications(figures, "freshet-asleep")).isEqualTo(1);
    assertThat(notifications(figures, "naive")).isEqualTo(1);
  }

  private static double notifications(JsonNode figures, String side) {
    JsonNode spread = of(figures, side).path("notificationsPerTransaction");
    assertThat(spread.isObject()).as(side).isTrue();
    return spread.path("median").asDouble();
  }

  private static void assertBulk(JsonNode figures) {
    assertThat(figures).hasSize(3);
    for (String side : List.of("none", "freshet", "naive")) {
      JsonNode entry = of(figures, side);
      assertThat(entry.path("rows").asInt()).isEqualTo(1_000);
      assertSpread(entry.path("ms"), side);
      assertSpread(entry.path("ratioToNone"), side);
      assertMedianOfRatios(entry, of(figures, "none"), "msByRound");
    }
    JsonNode freshet = of(figures, "freshet");
    assertThat(freshet.path("keys").asInt()).isEqualTo(1_000);
    assertThat(freshet.path("textBytesPerKey").asDouble())
        .as("1 to 1000 in digits")
        .isEqualTo(2.89, within(0.01));
    assertThat(freshet.path("logBytesPerKeyBeyondText").asDouble())
        .isEqualTo(freshet.path("storedBytesPerKey").asDouble() - 2.89, within(0.02));
  }

  private static void assertSpread(JsonNode spread, String what) {
    for (String name : SPREAD) {
      assertThat(spread.path(name).asDouble()).as("%s of %s", name, what).isPositive();
    }
    assertThat(spread.path("median").asDouble())
        .as(what)
        .isBetween(spread.path("min").asDouble(), spread.path("max").asDouble());
  }

  private static void assertMedianOfRatios(JsonNode entry, JsonNode none, String byRound) {
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < 2; round++) {
      ratios.add(
          entry.path(byRound).path(round).asDouble() / none.path(byRound).path(round).asDouble());
    }
    double median = (ratios.get(0) + ratios.get(1)) / 2;
    assertThat(entry.path("ratioToNone").path("median").asDouble())
        .isEqualTo(median, within(ROUNDED + median * 0.01));
  }

  @Test
  void theMachinesOwnLoadGeneratorIsUsedWhereThereIsOne() throws IOException {
    JsonNode report =
        run(
            "--rounds 1 --seconds 1 --writers 2 --synchronous-commit on --rows 1000 --bulk none --sides none,freshet-asleep");

    assertThat(report.path("generator").path("name").asText()).isIn("pgbench", "jdbc");
    assertThat(report.path("singleRow")).hasSize(2);
    assertThat(report.path("bulk").isArray()).isTrue();
    assertThat(report.path("bulk")).isEmpty();
    assertSpread(of(report.path("singleRow"), "none").path("tps"), "none");
    assertThat(notifications(report.path("singleRow"), "freshet-asleep")).isEqualTo(1);
  }
}
