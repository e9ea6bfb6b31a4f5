package dev.freshet.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The design holds in the formal model, and each sabotage of it fails. Where Spin is installed. */
final class ModelIT {
  private static final Path MODEL = Path.of("docs/model");

  private record Outcome(int exitCode, String output) {}

  static Stream<String> runs() throws IOException, InterruptedException {
    return check(MODEL, "--list").output().lines();
  }

  @Test
  void thereAreRunsOfTheDesignAndSabotages() throws IOException {
    List<String> table = Files.readAllLines(MODEL.resolve("check"));

    assertThat(table)
        .filteredOn(line -> line.matches("\\S+ +\\| holds \\|.*"))
        .hasSizeGreaterThan(9);
    assertThat(table)
        .filteredOn(line -> line.matches("\\S+ +\\| fails \\|.*"))
        .hasSizeGreaterThan(6);
  }

  @ParameterizedTest
  @MethodSource("runs")
  void comesOutAsExpected(String run) throws IOException, InterruptedException {
    assumeSpin();

    Outcome outcome = check(MODEL, run);

    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
  }

  @Test
  void aRunThatComesOutOtherwiseIsNoticed(@TempDir Path directory)
      throws IOException, InterruptedException {
    assumeSpin();
    try (Stream<Path> files = Files.list(MODEL)) {
      for (Path file : files.toList()) {
        Files.copy(file, directory.resolve(file.getFileName()));
      }
    }
    Path script = directory.resolve("check");
    String expected = Files.readString(script);
    Files.writeString(
        script,
        expected
            .replaceFirst("\nplain-set( +)\\| fails", "\nplain-set$1| holds")
            .replaceFirst("\nmapping( +)\\| holds", "\nmapping$1| fails"));

    Outcome sabotage = check(directory, "plain-set");
    Outcome design = check(directory, "mapping");

    assertThat(sabotage.exitCode()).as(sabotage.output()).isEqualTo(1);
    assertThat(sabotage.output()).contains("assertion violated", "1 not as expected");
    assertThat(design.exitCode()).as(design.output()).isEqualTo(1);
  }

  private static void assumeSpin() {
    for (String tool : List.of("spin", "gcc")) {
      assumeTrue(
          Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
              .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool))),
          tool + " is not installed, so the formal model was not checked; see docs/model");
    }
  }

  private static Outcome check(Path model, String argument)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(model.resolve("check").toAbsolutePath().toString(), argument)
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Outcome(process.waitFor(), output);
  }
}
