package dev.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchTriggersCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(arguments);
  }

  @Test
  void badOptionsAreRefusedBeforeAnythingStarts() {
    for (List<String> options :
        List.of(
            List.of("--rounds", "0"),
            List.of("--rounds", "1001"),
            List.of("--rounds", "few"),
            List.of("--transactions", "0"),
            List.of("--transactions", "1000001"),
            List.of("--rows", "0"),
            List.of("--rows", "1000001"),
            List.of("--seed", "dice"))) {
      err.getBuffer().setLength(0);
      assertThat(run("bench", "triggers", options.get(0), options.get(1)))
          .as("%s", options)
          .isEqualTo(ExitCode.USAGE);
      assertThat(err.toString()).contains(options.get(0)).contains("freshet bench triggers --help");
    }
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void theHelpNamesEveryOptionAndItsDefaultAndHowLongItTakes() {
    assertThat(run("bench", "triggers", "--help")).isEqualTo(ExitCode.DONE);
    assertThat(out.toString())
        .contains("--rounds", "15", "--transactions", "20000", "--rows", "--seed", "minutes");
  }
}
