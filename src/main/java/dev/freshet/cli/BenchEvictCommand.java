package dev.freshet.cli;

import dev.freshet.cli.bench.EvictBench;
import dev.freshet.cli.bench.EvictSettings;
import dev.freshet.cli.bench.Progress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code freshet bench evict}. */
@Command(
    name = "evict",
    description = {
      "Measures how many keys a second are evicted after a change of very many rows, all of whose keys are cached, and how much memory the daemon takes for that.",
      "",
      "Each round fills Redis with one record of 100 bytes a row, changes all rows in one statement, and looks on until the link in Redis covers the change: once with a daemon that sleeps and is rung (live), once with one that is started when all is in the change log (catch-up). The daemon has a JVM of its own. A round in which a key stays in Redis, or was not there to be evicted, has no figures: the benchmark fails."
    },
    footer = {
      "",
      "Prints JSON on standard output: keys a second, where the time went, the daemon's processor time per key, its heap after collections and its memory at 10, 50 and 100 %% of the keys, and what it ran on. Takes about 1 minute a round for 1,000,000 keys, and 300 MB of memory in Redis."
    })
final class BenchEvictCommand implements Callable<Integer> {
  @Option(
      names = "--keys",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "How many rows to change in each round (default: ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--transactions",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "In how many transactions, of one statement each (default: ${DEFAULT-VALUE}). More than one is measured as catch-up only.")
  private int transactions;

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      defaultValue = "128m",
      description = "The daemon's heap, its -Xmx (default: ${DEFAULT-VALUE}).")
  private String heap = "";

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "How many rounds (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Progress progress = Progress.on(spec.commandLine().getErr());
    try {
      Json.print(
          spec.commandLine().getOut(),
          new EvictBench(settings(), progress).run().toMap(BenchCommand.commandLine(spec)));
      return ExitCode.DONE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return BenchCommand.ENDED_BY_SIGINT;
    }
  }

  private EvictSettings settings() {
    try {
      return new EvictSettings(keys, transactions, heap, rounds);
    } catch (IllegalArgumentException e) {
      throw Main.usage(spec, "--" + e.getMessage());
    }
  }
}
