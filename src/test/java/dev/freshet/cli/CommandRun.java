package dev.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * A command that was run in this JVM, and what it printed.
 *
 * @param code its exit code
 */
record CommandRun(int code, String out, String err) {
  static CommandRun of(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    int code = commandLine.execute(words);
    return new CommandRun(code, out.toString(), err.toString());
  }

  /**
   * Each of these makes a benchmark end before anything starts, and point to its help.
   *
   * @param options pairs of an option and its value
   */
  static void assertRefused(String bench, List<List<String>> options) {
    for (List<String> option : options) {
      CommandRun run =
          of(Stream.concat(Stream.of("bench", bench), option.stream()).toArray(String[]::new));
      assertThat(run.code()).as("%s", option).isEqualTo(ExitCode.USAGE);
      assertThat(run.err()).contains(option.get(0)).contains("freshet bench " + bench + " --help");
      assertThat(run.out()).isEmpty();
    }
  }
}
