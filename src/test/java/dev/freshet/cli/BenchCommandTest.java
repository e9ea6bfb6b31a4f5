package dev.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BenchCommandTest {
  @Test
  void withoutASubcommandItNamesThem() {
    CommandRun run = CommandRun.of("bench");
    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("latency", "evict");
  }

  @Test
  void badOptionsAreRefusedBeforeAnythingStarts() {
    CommandRun.assertRefused(
        "latency",
        List.of(
            List.of("--updates", "0"),
            List.of("--updates", "1000001"),
            List.of("--updates", "many"),
            List.of("--warm-up", "-1"),
            List.of("--background-tps", "-1"),
            List.of("--pause-ms", "20-1"),
            List.of("--pause-ms", "soon")));
  }

  @Test
  void badOptionsOfEvictAreRefusedBeforeAnythingStarts() {
    CommandRun.assertRefused(
        "evict",
        List.of(
            List.of("--keys", "99"),
            List.of("--keys", "many"),
            List.of("--transactions", "0"),
            List.of("--transactions", "1000001"),
            List.of("--heap", "128"),
            List.of("--heap", "128m -Xms1g"),
            List.of("--rounds", "0")));
  }

  @Test
  void theHelpNamesEveryOptionAndItsDefault() {
    CommandRun latency = CommandRun.of("bench", "latency", "--help");
    assertThat(latency.code()).isEqualTo(ExitCode.DONE);
    assertThat(latency.out())
        .contains("--updates", "2000", "--warm-up", "--pause-ms", "1-20", "--background-tps");
    CommandRun evict = CommandRun.of("bench", "evict", "--help");
    assertThat(evict.code()).isEqualTo(ExitCode.DONE);
    assertThat(evict.out())
        .contains("--keys", "1000000", "--transactions", "--heap", "128m", "--rounds");
  }
}
