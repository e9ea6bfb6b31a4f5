package dev.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.cli.consistency.Faults;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchConsistencyCommandTest {
  private static String refused(String... options) {
    StringWriter err = new StringWriter();
    CommandLine commandLine = Main.commandLine();
    commandLine.setErr(new PrintWriter(err, true));
    String[] arguments = new String[options.length + 2];
    arguments[0] = "bench";
    arguments[1] = "consistency";
    System.arraycopy(options, 0, arguments, 2, options.length);
    assertThat(commandLine.execute(arguments)).isEqualTo(ExitCode.USAGE);
    return err.toString();
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
