package dev.freshet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class HelpTest {
  /** The words that name each command, with those of all commands above it. */
  private static List<List<String>> commands(CommandLine command, List<String> words) {
    List<List<String>> all = new ArrayList<>(List.of(words));
    command
        .getSubcommands()
        .forEach(
            (name, subcommand) -> {
              List<String> further = new ArrayList<>(words);
              further.add(name);
              all.addAll(commands(subcommand, further));
            });
    return all;
  }

  /** What picocli cannot format, such as a single percent sign, it tells System.err of. */
  @Test
  void everyCommandHasHelpThatCanBeFormatted() {
    List<List<String>> commands = commands(Main.commandLine(), List.of());
    assertThat(commands).hasSizeGreaterThan(15);
    PrintStream before = System.err;
    ByteArrayOutputStream complaints = new ByteArrayOutputStream();
    System.setErr(new PrintStream(complaints, true, UTF_8));
    try {
      for (List<String> command : commands) {
        List<String> words = new ArrayList<>(command);
        words.add("--help");
        CommandRun run = CommandRun.of(words.toArray(String[]::new));
        assertThat(run.code()).as("%s", words).isEqualTo(ExitCode.DONE);
        assertThat(run.out()).contains("Usage: freshet");
      }
    } finally {
      System.setErr(before);
    }
    assertThat(complaints.toString(UTF_8)).isEmpty();
  }
}
