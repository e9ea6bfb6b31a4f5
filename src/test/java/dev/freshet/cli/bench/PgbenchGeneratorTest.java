package dev.freshet.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.cli.servers.Pgbench;
import org.junit.jupiter.api.Test;

class PgbenchGeneratorTest {
  private static final String OUTPUT =
      """
      pgbench (15.18)
      transaction type: update.sql
      query mode: prepared
      number of clients: 16
      duration: 3 s
      number of transactions actually processed: 17425
      number of failed transactions: 0 (0.000%)
      latency average = 2.741 ms
      initial connection time = 137.221 ms
      tps = 5836.823147 (without initial connection time)
      """;

  private static final String OUTPUT_OF_VERSION_13 =
      """
      number of transactions actually processed: 300
      latency average = 10.133 ms
      tps = 98.688417 (including connections establishing)
      tps = 101.002300 (excluding connections establishing)
      """;

  private static LoadGenerator.Load load(int exitCode, String output) {
    return PgbenchGenerator.load(new Pgbench.Outcome(exitCode, output), "naive");
  }

  @Test
  void connectingIsNotCounted() {
    assertThat(load(0, OUTPUT)).isEqualTo(new LoadGenerator.Load(17_425, 5_836.823147));
    assertThat(load(0, OUTPUT_OF_VERSION_13)).isEqualTo(new LoadGenerator.Load(300, 101.0023));
  }

  @Test
  void aFailureIsToldWithAllThatPgbenchSaid() {
    String output = "pgbench: error: client 3 script 0 aborted in command 1\n" + OUTPUT;
    assertThatThrownBy(() -> load(2, output))
        .isInstanceOf(BenchFailedException.class)
        .hasMessageContaining("on naive, with exit code 2")
        .hasMessageContaining(output.strip());
  }

  @Test
  void failedTransactionsAreAFailure() {
    assertThatThrownBy(
            () -> load(0, OUTPUT.replace("transactions: 0 (0.000%)", "transactions: 1 (0.006%)")))
        .isInstanceOf(BenchFailedException.class)
        .hasMessageContaining("transactions: 1 (0.006%)");
  }

  @Test
  void outputWithoutFiguresIsAFailure() {
    assertThatThrownBy(() -> load(0, "hello"))
        .isInstanceOf(BenchFailedException.class)
        .hasMessageContaining("hello");
  }

  @Test
  void aRunThatOnlyConnectedSaysWhatToDo() {
    assertThatThrownBy(() -> load(0, "number of transactions actually processed: 0\n"))
        .isInstanceOf(BenchFailedException.class)
        .hasMessageContaining("--seconds");
  }
}
