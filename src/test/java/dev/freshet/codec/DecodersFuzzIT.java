package dev.freshet.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.servers.FreshetProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jazzer on every decoder of bytes from Redis, in a JVM of its own: for some seconds, or for {@code
 * -Dfreshet.fuzz.seconds=N}. An input that it finds is kept under {@code target/fuzz}; put it into
 * {@code src/test/resources/fuzz} when it is mended.
 */
class DecodersFuzzIT {
  private static final int SECONDS = Integer.getInteger("freshet.fuzz.seconds", 10);
  private static final int STARTING_SECONDS = 120;
  private static final Path FOUND = Path.of("target", "fuzz");
  private static final Path MENDED = Path.of("src", "test", "resources", "fuzz");

  /** For one input; on a machine that does much else meanwhile. */
  private static final int INPUT_SECONDS_MAX = 20;

  @TempDir private Path corpus;

  @Test
  void whatWasFoundBeforeDoesNoHarmAnyMore() throws IOException {
    FuzzedDecoders.seeds().forEach(FuzzedDecoders::fuzzerTestOneInput);
    try (Stream<Path> inputs = Files.list(MENDED)) {
      for (Path input : inputs.toList()) {
        FuzzedDecoders.fuzzerTestOneInput(Files.readAllBytes(input));
      }
    }
  }

  @Test
  void noInputDoesHarm() throws IOException, InterruptedException {
    Files.createDirectories(FOUND);
    FuzzedDecoders.writeSeeds(corpus);
    Path log = FOUND.resolve("log");
    Process fuzzer =
        new ProcessBuilder(command())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean hasEnded = fuzzer.waitFor(SECONDS + STARTING_SECONDS, TimeUnit.SECONDS);
    fuzzer.destroyForcibly();

    String said = Files.readString(log);
    assertThat(hasEnded).as("the fuzzer ends in time:\n%s", said).isTrue();
    assertThat(fuzzer.exitValue()).as(said).isZero();
    assertThat(said).containsPattern("Done \\d{3,} runs");
  }

  private List<String> command() {
    return FreshetProcess.command(
        List.of("-Xmx768m", "-XX:+EnableDynamicAgentLoading"),
        "com.code_intelligence.jazzer.Jazzer",
        "--target_class=" + FuzzedDecoders.class.getName(),
        "--instrumentation_includes=dev.freshet.codec.**:dev.freshet.change.**",
        "--reproducer_path=" + FOUND,
        "-artifact_prefix=" + FOUND + "/",
        "-max_total_time=" + SECONDS,
        "-timeout=" + INPUT_SECONDS_MAX,
        "-rss_limit_mb=0",
        "-max_len=20000",
        "-use_value_profile=1",
        corpus.toString());
  }
}
