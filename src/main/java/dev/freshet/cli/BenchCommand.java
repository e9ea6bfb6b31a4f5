package dev.freshet.cli;

import dev.freshet.cli.bench.LatencyBench;
import dev.freshet.cli.bench.LatencySettings;
import dev.freshet.cli.bench.PauseRange;
import dev.freshet.cli.bench.Progress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code freshet bench}. */
@Command(
    name = "bench",
    description =
        "Measures, and prints figures as JSON. Starts its own Postgres and Redis on free ports, and ends them again.",
    subcommands = {
      BenchCommand.Latency.class,
      BenchEvictCommand.class,
      BenchWritersCommand.class,
      BenchTriggersCommand.class,
      BenchConsistencyCommand.class,
      BenchMemoryCommand.class
    })
final class BenchCommand implements Runnable {
  /** The exit code of a program that Ctrl-C ended. */
  static final int ENDED_BY_SIGINT = 130;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw Main.usage(
        spec, "say what to measure: latency, evict, writers, triggers, consistency, memory");
  }

  /** {@code freshet bench latency}. */
  @Command(
      name = "latency",
      description = {
        "Measures how long a changed row's key stays in Redis: from the commit's reply at the writer until the key is gone. Beside Freshet's figures stand those of the naive listener (a row trigger sends the key with pg_notify, a listener deletes it), measured in the same run by the same code, in blocks that take turns.",
        "",
        "Rows are real image features. Each update is of a row whose key was put into Redis just before; a key that is still there after 5 s counts as lost."
      },
      footer = {
        "",
        "Prints JSON on standard output: p50, p90, p99, max and mean in milliseconds for both, their ratio, how finely was measured (one EXISTS round trip), and what it ran on. Takes about 2 minutes. Figures depend on whatever else the machine does: see loadAverage in them."
      })
  static final class Latency implements Callable<Integer> {
    @Option(
        names = "--updates",
        paramLabel = "N",
        defaultValue = "2000",
        description = "How many updates to measure on each side (default: ${DEFAULT-VALUE}).")
    private int updates;

    @Option(
        names = "--warm-up",
        paramLabel = "N",
        defaultValue = "500",
        description =
            "How many updates on each side to begin with, which do not count (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
        names = "--pause-ms",
        paramLabel = "MS[-MS]",
        defaultValue = "1-20",
        converter = PauseConverter.class,
        description =
            "The pause before each update; of a range, a random part (default: ${DEFAULT-VALUE}, so that the daemon is asleep for some and awake for others).")
    private PauseRange pause = new PauseRange(1, 20);

    @Option(
        names = "--background-tps",
        paramLabel = "N",
        defaultValue = "0",
        description =
            "How many updates of other rows a second to make meanwhile, half of them on each side (default: ${DEFAULT-VALUE}).")
    private int backgroundTps;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      Progress progress = Progress.on(spec.commandLine().getErr());
      try {
        Json.print(
            spec.commandLine().getOut(),
            new LatencyBench(settings(), progress).run().toMap(commandLine(spec)));
        return ExitCode.DONE;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return ENDED_BY_SIGINT;
      }
    }

    private LatencySettings settings() {
      try {
        return new LatencySettings(updates, warmUp, pause, backgroundTps);
      } catch (IllegalArgumentException e) {
        throw Main.usage(spec, "--" + e.getMessage());
      }
    }
  }

  /** What was typed. */
  static String commandLine(CommandSpec spec) {
    return "freshet " + String.join(" ", spec.root().commandLine().getParseResult().originalArgs());
  }

  private static final class PauseConverter implements ITypeConverter<PauseRange> {
    @Override
    public PauseRange convert(String text) {
      try {
        return PauseRange.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
