package dev.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(arguments);
  }

  @Test
  void withoutASubcommandItNamesThem() {
    assertThat(run("bench")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("latency", "evict");
  }

  @Test
  void badOptionsAreRefusedBeforeAnythingStarts() {
    for (List<String> options :
        List.of(
            List.of("--updates", "0"),
            List.of("--updates", "1000001"),
            List.of("--updates", "many"),
            List.of("--warm-up", "-1"),
            List.of("--background-tps", "-1"),
            List.of("--pause-ms", "20-1"),
            List.of("--pause-ms", "soon"))) {
      err.getBuffer().setLength(0);
      assertThat(run("bench", "latency", options.get(0), options.get(1)))
          .as("%s", options)
          .isEqualTo(ExitCode.USAGE);
      assertThat(err.toString()).contains(options.get(0)).contains("freshet bench latency --help");
    }
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void badOptionsOfEvictAreRefusedBeforeAnythingStarts() {
    for (List<String> options :
        List.of(
            List.of("--keys", "99"),
            List.of("--keys", "many"),
            List.of("--transactions", "0"),
            List.of("--transactions", "1000001"),
            List.of("--heap", "128"),
            List.of("--heap", "128m -Xms1g"),
            List.of("--rounds", "0"))) {
      err.getBuffer().setLength(0);
      assertThat(run("bench", "evict", options.get(0), options.get(1)))
          .as("%s", options)
          .isEqualTo(ExitCode.USAGE);
      assertThat(err.toString()).contains(options.get(0)).contains("freshet bench evict --help");
    }
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void theHelpNamesEveryOptionAndItsDefault() {
    assertThat(run("bench", "latency", "--help")).isEqualTo(ExitCode.DONE);
    assertThat(out.toString())
        .contains("--updates", "2000", "--warm-up", "--pause-ms", "1-20", "--background-tps");
    assertThat(run("bench", "evict", "--help")).isEqualTo(ExitCode.DONE);
    assertThat(out.toString())
        .contains("--keys", "1000000", "--transactions", "--heap", "128m", "--rounds");
  }
}
