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
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Runs the benchmark small. Asserts that it measures, not how fast anything is. */
class TriggersBenchIT {
  private static final List<String> SPREAD =
      List.of("median", "min", "max", "lowerQuartile", "upperQuartile");
  private static final Set<String> SILENT = Set.of("none", "empty");

  @Test
  void everyVariantIsMeasuredInEveryRoundAndEachThatLogsDoes() throws IOException {
    StringWriter out = new StringWriter();
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    String command = "bench triggers --rounds 2 --transactions 300 --rows 200 --seed 7";
    assertThat(commandLine.execute(command.split(" "))).isEqualTo(ExitCode.DONE);
    JsonNode report = new ObjectMapper().readTree(out.toString());

    assertThat(report.path("command").asText()).isEqualTo("freshet " + command);
    assertThat(report.path("seed").asLong()).isEqualTo(7);
    assertThat(report.path("settings").path("transactionsPerRun").asInt()).isEqualTo(300);
    assertThat(report.path("table").path("rows").asInt()).isEqualTo(200);
    assertThat(report.path("table").path("fillfactor").asInt()).isEqualTo(50);
    JsonNode environment = report.path("environment");
    assertThat(environment.fieldNames()).toIterable().contains("cores", "postgres", "loadAverage");
    assertThat(environment.path("postgresSettings").path("synchronous_commit").asText())
        .isEqualTo("off");

    List<String> names = new ArrayList<>();
    report.path("variants").forEach(variant -> names.add(variant.path("name").asText()));
    assertThat(names)
        .startsWith("none", "empty", "freshet")
        .contains(
            "search-path",
            "column-filter",
            "exception-block",
            "keys-array-agg",
            "notify",
            "partition-routing",
            "fixed-slot")
        .contains("index-brin", "index-hash", "row-trigger")
        .doesNotHaveDuplicates();
    JsonNode none = report.path("variants").path(0);
    report.path("variants").forEach(variant -> assertVariant(variant, none));
  }

  private static void assertVariant(JsonNode variant, JsonNode none) {
    String name = variant.path("name").asText();
    assertThat(variant.path("what").asText()).as(name).isNotBlank();
    assertThat(variant.path("logRowsPerTransaction").asInt())
        .as(name)
        .isEqualTo(SILENT.contains(name) ? 0 : 1);
    for (String field : SPREAD) {
      assertThat(variant.path("microseconds").path(field).asDouble()).as(name).isPositive();
    }
    if (name.equals("none")) {
      assertThat(variant.has("addedMicroseconds")).isFalse();
      return;
    }
    double added = 0;
    for (int round = 0; round < 2; round++) {
      added +=
          variant.path("microsecondsByRound").path(round).asDouble()
              - none.path("microsecondsByRound").path(round).asDouble();
    }
    assertThat(variant.path("addedMicroseconds").path("median").asDouble())
        .as(name)
        .isEqualTo(added / 2, within(0.03));
    assertThat(variant.path("addedRatioToFreshet").fieldNames())
        .toIterable()
        .as(name)
        .containsAll(SPREAD);
  }
}
