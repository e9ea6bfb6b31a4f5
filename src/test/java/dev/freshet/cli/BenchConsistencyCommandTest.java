package dev.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.cli.consistency.Faults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BenchConsistencyCommandTest {
  private static String refused(String... options) {
    CommandRun run =
        CommandRun.of(
            Stream.concat(Stream.of("bench", "consistency"), Stream.of(options))
                .toArray(String[]::new));
    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    return run.err();
  }

  @Test
  void aFaultThatIsNotThereIsRefusedAndAllNamesAreTold() {
    assertThat(refused("--faults", "daemon-killed,rain"))
        .contains("--faults: there is no fault rain", "daemon-killed", "redis-misconf");
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    assertThat(refused("--pairs", "-1")).contains("--pairs -1 is out of range");
    assertThat(refused("--readers", "1")).contains("--readers 1 is out of range; write 2 to 32");
    assertThat(refused("--reads", "-5")).contains("--reads -5 is out of range");
  }

  @Test
  void aFaultIsNamedOnlyOnce() {
    assertThat(refused("--faults", "daemon-killed,daemon-killed")).contains("write each once");
  }

  @Test
  void everyFaultIsInTheDocument() throws IOException {
    String document = Files.readString(Path.of("docs/reliability.md"));
    assertThat(Faults.names())
        .hasSizeGreaterThan(35)
        .allSatisfy(name -> assertThat(document).contains("| `" + name + "` |"));
  }
}
