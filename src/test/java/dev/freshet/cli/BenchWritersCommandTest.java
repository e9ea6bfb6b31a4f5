package dev.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchWritersCommandTest {
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
            List.of("--seconds", "0"),
            List.of("--seconds", "61"),
            List.of("--writers", "none"),
            List.of("--writers", ""),
            List.of("--writers", "0"),
            List.of("--writers", "1,1"),
            List.of("--writers", "1,501"),
            List.of("--writers", "many"),
            List.of("--synchronous-commit", "local"),
            List.of("--synchronous-commit", "on,on"),
            List.of("--bulk", "-1"),
            List.of("--bulk", "1000,x"),
            List.of("--bulk", "100000001"),
            List.of("--sides", "freshet"),
            List.of("--sides", "none,none"),
            List.of("--sides", ""),
            List.of("--generator", "psql"),
            List.of("--rows", "0"),
            List.of("--rows", "10000001"),
            List.of("--seed", "dice"))) {
      err.getBuffer().setLength(0);
      assertThat(run("bench", "writers", options.get(0), options.get(1)))
          .as("%s", options)
          .isEqualTo(ExitCode.USAGE);
      assertThat(err.toString()).contains(options.get(0)).contains("freshet bench writers --help");
    }
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void theHelpNamesEverySideOptionAndDefaultAndHowLongItTakes() {
    assertThat(run("bench", "writers", "--help")).isEqualTo(ExitCode.DONE);
    assertThat(out.toString())
        .contains("none", "freshet-awake", "freshet-asleep", "naive", "log-notify")
        .contains("--rounds", "--seconds", "--writers", "1,16,64", "--synchronous-commit", "on,off")
        .contains("--bulk", "1000,100000,1000000", "--sides", "--generator", "auto", "--rows")
        .contains("--seed", "10 minutes");
  }
}
