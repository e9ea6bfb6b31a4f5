package dev.freshet.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freshet.servers.ProgramsOnPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The design holds in the formal model, and each sabotage of it fails. Where Spin is installed. */
final class ModelIT {
  private static final Path MODEL = Path.of("docs/model");

  /** Each may take some gigabytes. */
  private static final int RUNS_AT_ONCE = 2;

  private record Outcome(int exitCode, String output) {}

  /** The runs' names, and what will come out: all of them have been started, to be run in turn. */
  static Stream<Arguments> runs() throws IOException, InterruptedException {
    List<String> names = check(MODEL, "--list").output().lines().toList();
    ExecutorService workers = Executors.newFixedThreadPool(RUNS_AT_ONCE);
    List<Arguments> runs =
        names.stream()
            .map(name -> Arguments.of(name, workers.submit(() -> check(MODEL, name))))
            .toList();
    workers.shutdown();
    return runs.stream();
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

  @ParameterizedTest(name = "{0}")
  @MethodSource("runs")
  void comesOutAsExpected(String run, Future<Outcome> awaited)
      throws ExecutionException, InterruptedException {
    assumeSpin();

    Outcome outcome = awaited.get();

    assertThat(outcome.exitCode()).as("%s: %s", run, outcome.output()).isZero();
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
          ProgramsOnPath.find(tool).isPresent(),
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
