package dev.freshet.cli;

import dev.freshet.cli.bench.Progress;
import dev.freshet.cli.bench.TriggersBench;
import dev.freshet.cli.bench.TriggersSettings;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code freshet bench triggers}. */
@Command(
    name = "triggers",
    description = {
      "Measures what the parts of the trigger cost a writer: Freshet's own trigger beside no trigger, an empty one, and variants that do one thing in another way (how keys are read, SET search_path, the block that catches errors, the doorbell, partition routing, the index, a row trigger). The report says of each what it is.",
      "",
      "Each variant is made of the function that freshet migrate installs, in a database of its own with the same rows. One writer updates single rows in a loop in the server, each in a transaction, with synchronous_commit = off: no client and no disk stands between. In each round every variant runs once, in an order drawn by lot, and is compared with no trigger of the same round. A run counts only if each of its transactions was logged."
    },
    footer = {
      "",
      "Prints JSON on standard output: microseconds per transaction, those added to no trigger, and their ratio to what Freshet's own trigger adds (median, range, quartiles), and what it ran on. The exit code is 0 whatever the figures are, and 1 if there are none: also if a variant cannot be made, because the trigger is no longer what it is made of.",
      "",
      "Takes about 5 minutes on an idle machine, and 2 GB of disk for so long. Figures depend on whatever else the machine does: see loadAverage in them, and how far they are spread."
    })
final class BenchTriggersCommand implements Callable<Integer> {
  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "15",
      description = "How often to measure each variant (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--transactions",
      paramLabel = "N",
      defaultValue = "20000",
      description = "How many transactions each run has (default: ${DEFAULT-VALUE}).")
  private int transactions;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "20000",
      description = "How many rows each variant's table has (default: ${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "Repeats the order of the variants, and the rows, of the run that printed this number (default: another one each time).")
  private @Nullable Long seed;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Progress progress = Progress.on(spec.commandLine().getErr());
    try {
      Json.print(
          spec.commandLine().getOut(),
          new TriggersBench(settings(), progress).run().toMap(BenchCommand.commandLine(spec)));
      return ExitCode.DONE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return BenchCommand.ENDED_BY_SIGINT;
    }
  }

  private TriggersSettings settings() {
    try {
      return new TriggersSettings(
          rounds,
          transactions,
          rows,
          seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed);
    } catch (IllegalArgumentException e) {
      throw Main.usage(spec, "--" + e.getMessage());
    }
  }
}
