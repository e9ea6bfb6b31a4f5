package dev.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BenchWritersCommandTest {
  @Test
  void badOptionsAreRefusedBeforeAnythingStarts() {
    CommandRun.assertRefused(
        "writers",
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
            List.of("--seed", "dice")));
  }

  @Test
  void theHelpNamesEverySideOptionAndDefaultAndHowLongItTakes() {
    CommandRun run = CommandRun.of("bench", "writers", "--help");
    assertThat(run.code()).isEqualTo(ExitCode.DONE);
    assertThat(run.out())
        .contains("none", "insert-only", "freshet-awake", "freshet-asleep", "naive", "log-notify")
        .contains("--rounds", "--seconds", "--writers", "1,16,64", "--synchronous-commit", "on,off")
        .contains("--bulk", "1000,100000,1000000", "--sides", "--generator", "auto", "--rows")
        .contains("--seed", "12 minutes");
  }
}
