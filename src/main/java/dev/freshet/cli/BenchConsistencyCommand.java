package dev.freshet.cli;

import dev.freshet.cli.bench.Progress;
import dev.freshet.cli.consistency.ConsistencyBench;
import dev.freshet.cli.consistency.ConsistencyReport;
import dev.freshet.cli.consistency.ConsistencySettings;
import dev.freshet.cli.consistency.Variant;
import dev.freshet.view.OnChange;
import dev.freshet.view.WhenBehind;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code freshet bench consistency}. */
@Command(
    name = "consistency",
    description = {
      "Checks the promise while servers, processes and connections are broken: no lost change, no phantom, no read that is stale by more than 2 s.",
      "",
      "Writers change rows in every way (single rows, many, all, rollbacks, savepoints, deletes, inserts, changed keys, TRUNCATE, long transactions), readers read them through two loaders. Every version of a row is used once, so each document tells which commit wrote it. Each fault is provoked for real, and it is asserted that it happened. After each one the writers rest, and all that Redis holds is compared with the database."
    },
    footer = {
      "",
      "Prints JSON on standard output: the violations with the history of their keys, how each fault went and how long Freshet took to recover, the reads by how stale they were, and what it ran on. The exit code is 1 if there was a violation, or fewer than 90 %% of the reads were hits.",
      "",
      "The names of the faults, and what to expect, are in docs/reliability.md. The same seed gives the same schedule. A fault takes about 10 seconds."
    })
final class BenchConsistencyCommand implements Callable<Integer> {
  @Option(
      names = "--faults",
      paramLabel = "NAME",
      defaultValue = "all",
      split = ",",
      description =
          "Which faults to provoke, one after the other; all or none of them (default: ${DEFAULT-VALUE}).")
  private List<String> faults = List.of();

  @Option(
      names = "--pairs",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "How many pairs of faults to provoke besides, drawn by the seed (default: ${DEFAULT-VALUE}).")
  private int pairs;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "Repeats the schedule, and what each writer does, of the run that printed this number (default: another one each time).")
  private @Nullable Long seed;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "How long to run before the first fault (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--reads",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Goes on after the last fault until so many reads were checked (default: ${DEFAULT-VALUE}).")
  private long reads;

  @Option(
      names = "--when-behind",
      paramLabel = "serve|bypass",
      defaultValue = "bypass",
      description =
          "What the loaders do while Redis may be behind (default: ${DEFAULT-VALUE}). With serve, hits that are said to be behind are counted apart and are no violations.")
  private WhenBehind whenBehind = WhenBehind.BYPASS;

  @Option(
      names = "--refresh",
      description = "The daemon loads cached entities anew when they change (on-change: refresh).")
  private boolean refreshes;

  @Option(names = "--near-cache", description = "The loaders have near caches.")
  private boolean hasNearCache;

  @Option(
      names = "--keys",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "How many cold keys there are, besides 10 hot ones (default: ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--writers",
      paramLabel = "N",
      defaultValue = "4",
      description =
          "How many sessions write; every fourth commits asynchronously (default: ${DEFAULT-VALUE}).")
  private int writers;

  @Option(
      names = "--write-rate",
      paramLabel = "N",
      defaultValue = "100",
      description =
          "How many transactions a second they begin together (default: ${DEFAULT-VALUE}).")
  private int writeRate;

  @Option(
      names = "--readers",
      paramLabel = "N",
      defaultValue = "8",
      description = "How many threads read (default: ${DEFAULT-VALUE}).")
  private int readers;

  @Option(
      names = "--read-rate",
      paramLabel = "N",
      defaultValue = "20000",
      description = "How many keys a second they read together (default: ${DEFAULT-VALUE}).")
  private int readRate;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Progress progress = Progress.on(spec.commandLine().getErr());
    try {
      ConsistencyReport report = new ConsistencyBench(settings(), progress).run();
      Json.print(spec.commandLine().getOut(), report.toMap(BenchCommand.commandLine(spec)));
      return report.isPassed() ? ExitCode.DONE : ExitCode.NOT_FOUND;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return BenchCommand.ENDED_BY_SIGINT;
    }
  }

  private ConsistencySettings settings() {
    try {
      return new ConsistencySettings(
          faults,
          pairs,
          seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed,
          seconds,
          reads,
          new Variant(whenBehind, refreshes ? OnChange.REFRESH : OnChange.EVICT, hasNearCache),
          new ConsistencySettings.Load(keys, writers, writeRate, readers, readRate));
    } catch (IllegalArgumentException e) {
      throw Main.usage(spec, "--" + e.getMessage());
    }
  }
}
