package dev.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryBenchIT {
  @Test
  void eachFormTakesLessThanTheOneThatDoesLess() throws IOException {
    CommandRun run = CommandRun.of("bench", "memory", "--keys", "500");

    assertThat(run.code()).as(run.err()).isZero();
    JsonNode report = new ObjectMapper().readTree(run.out());
    assertThat(report.get("documents").asInt()).isEqualTo(100);
    assertThat(report.get("dictionariesTrainedOn").asInt()).isEqualTo(100);
    Map<String, Double> values = new HashMap<>();
    for (JsonNode form : report.get("forms")) {
      values.put(form.get("form").asText(), form.get("valueBytes").asDouble());
      assertThat(form.get("memoryUsageBytes").asDouble())
          .isGreaterThan(form.get("valueBytes").asDouble());
      assertThat(form.get("usedMemoryBytes").asDouble())
          .isGreaterThan(form.get("valueBytes").asDouble());
    }
    List<String> longestFirst =
        List.of("json", "plain", "zstd", "gzip", "packed", "zstd-dictionary", "packed-dictionary");
    assertThat(values.keySet().stream().sorted(Comparator.comparing(values::get).reversed()))
        .containsExactlyElementsOf(longestFirst);
  }

  @Test
  void badInputIsRefusedBeforeAnythingIsStarted(@TempDir Path directory) throws IOException {
    Path few = Files.writeString(directory.resolve("few.jsonl"), "{}\n{}\n");

    CommandRun.assertRefused(
        "memory",
        List.of(
            List.of("--keys", "0"),
            List.of("--train", few.toString()),
            List.of("--documents", few.toString()),
            List.of("--documents", directory.resolve("none.jsonl").toString())));
    assertThat(CommandRun.of("bench", "memory", "--documents", few.toString()).err())
        .contains("holds 2 documents, one a line; at least 20 are needed");
  }
}
