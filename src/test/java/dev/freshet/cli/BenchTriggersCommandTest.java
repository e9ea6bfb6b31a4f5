package dev.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BenchTriggersCommandTest {
  @Test
  void badOptionsAreRefusedBeforeAnythingStarts() {
    CommandRun.assertRefused(
        "triggers",
        List.of(
            List.of("--rounds", "0"),
            List.of("--rounds", "1001"),
            List.of("--rounds", "few"),
            List.of("--transactions", "0"),
            List.of("--transactions", "1000001"),
            List.of("--rows", "0"),
            List.of("--rows", "1000001"),
            List.of("--seed", "dice")));
  }

  @Test
  void theHelpNamesEveryOptionAndItsDefaultAndHowLongItTakes() {
    CommandRun run = CommandRun.of("bench", "triggers", "--help");
    assertThat(run.code()).isEqualTo(ExitCode.DONE);
    assertThat(run.out())
        .contains("--rounds", "15", "--transactions", "20000", "--rows", "--seed", "minutes");
  }
}
