package dev.freshet.cli;

import dev.freshet.cli.bench.Counts;
import dev.freshet.cli.bench.Progress;
import dev.freshet.cli.bench.SynchronousCommit;
import dev.freshet.cli.bench.WriterSide;
import dev.freshet.cli.bench.WritersBench;
import dev.freshet.cli.bench.WritersSettings;
import dev.freshet.cli.bench.WritersSettings.Generator;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code freshet bench writers}. */
@Command(
    name = "writers",
    description = {
      "Measures what writers pay: how many single rows a second they update, and how long one statement takes that updates many, on several sides:",
      "  none            no trigger",
      "  insert-only     a trigger that only inserts the key into a table, which nobody reads",
      "  freshet-awake   Freshet's triggers, and a daemon",
      "  freshet-asleep  Freshet's triggers, and nobody awake: every writer rings",
      "  naive           a row trigger that sends the key with pg_notify, and a listener that deletes it",
      "  log-notify      Freshet's triggers with a NOTIFY in every transaction, and a daemon",
      "",
      "In each round every side runs for some seconds, in an order drawn by lot, on its own copy of the same table; before each run the table is vacuumed and a checkpoint made. Sides are compared within a round. A run counts only if every one of its changes was logged or heard of."
    },
    footer = {
      "",
      "Prints JSON on standard output: transactions a second and milliseconds (median, range, quartiles), ratios to no trigger of the same round, how often writers notified, the change log's size, the targets that there are figures for, and what it ran on. The exit code is 0 whatever the figures are, and 1 if there are none.",
      "",
      "Takes about 12 minutes, and 8 GB of disk for so long; --rounds, --seconds and --bulk none make it shorter. Figures depend on whatever else the machine does: see loadAverage in them, and how far the ratios are spread."
    })
final class BenchWritersCommand implements Callable<Integer> {
  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often to measure each side (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "3",
      description = "How long each run of single-row updates is (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--writers",
      paramLabel = "N,...",
      defaultValue = "1,16,64",
      converter = CountsConverter.class,
      description = "How many sessions update single rows at once (default: ${DEFAULT-VALUE}).")
  private Counts writers = new Counts(List.of());

  @Option(
      names = "--synchronous-commit",
      paramLabel = "on|off",
      defaultValue = "on,off",
      split = ",",
      description = "Whether their commits wait for the disk (default: ${DEFAULT-VALUE}).")
  private List<SynchronousCommit> synchronousCommit = List.of();

  @Option(
      names = "--bulk",
      paramLabel = "N,...|none",
      defaultValue = "1000,100000,1000000",
      converter = CountsConverter.class,
      description = "How many rows to update in one statement (default: ${DEFAULT-VALUE}).")
  private Counts bulk = new Counts(List.of());

  @Option(
      names = "--sides",
      paramLabel = "SIDE",
      defaultValue = "none,insert-only,freshet-awake,freshet-asleep,naive,log-notify",
      split = ",",
      description = "What to compare (default: ${DEFAULT-VALUE}).")
  private List<WriterSide> sides = List.of();

  @Option(
      names = "--generator",
      paramLabel = "auto|pgbench|jdbc",
      defaultValue = "auto",
      description =
          "What updates single rows: pgbench, which leaves most of the machine to the server; threads of this program; or pgbench if there is one, else threads (default: ${DEFAULT-VALUE}).")
  private Generator generator = Generator.AUTO;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "100000",
      description =
          "How many rows the table of single-row updates has (default: ${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "Repeats the order of the sides, and the rows, of the run that printed this number (default: another one each time).")
  private @Nullable Long seed;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Progress progress = Progress.on(spec.commandLine().getErr());
    try {
      Json.print(
          spec.commandLine().getOut(),
          new WritersBench(settings(), progress).run().toMap(BenchCommand.commandLine(spec)));
      return ExitCode.DONE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return BenchCommand.ENDED_BY_SIGINT;
    }
  }

  private WritersSettings settings() {
    try {
      return new WritersSettings(
          rounds,
          seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed,
          sides,
          generator,
          new WritersSettings.SingleRow(seconds, rows, writers, synchronousCommit),
          bulk);
    } catch (IllegalArgumentException e) {
      throw Main.usage(spec, "--" + e.getMessage());
    }
  }

  private static final class CountsConverter implements ITypeConverter<Counts> {
    @Override
    public Counts convert(String text) {
      try {
        return Counts.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
