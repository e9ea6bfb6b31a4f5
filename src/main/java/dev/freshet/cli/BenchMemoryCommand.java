package dev.freshet.cli;

import dev.freshet.cli.bench.MemoryBench;
import dev.freshet.cli.bench.MemorySettings;
import dev.freshet.cli.bench.Progress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code freshet bench memory}. */
@Command(
    name = "memory",
    description = {
      "Measures what documents take in Redis: as plain JSON, and as the loader keeps them with each codec, with and without a dictionary. Each form is put into an empty Redis, with a TTL.",
      "",
      "Without files it takes the demo's image features. Dictionaries are trained on documents that are not measured."
    },
    footer = {
      "",
      "Prints JSON on standard output: for each form the mean bytes a key of the value, of MEMORY USAGE and of the growth of used_memory, what that saves beside plain JSON, and the memory of 100,000,000 such keys."
    })
final class BenchMemoryCommand implements Callable<Integer> {
  @Option(
      names = "--documents",
      paramLabel = "FILE",
      description =
          "JSON documents to measure, one a line; *.gz is decompressed. Without --train every second line trains the dictionaries instead.")
  private @Nullable Path documents;

  @Option(
      names = "--train",
      paramLabel = "FILE",
      description = "JSON documents to train the dictionaries on, as --documents.")
  private @Nullable Path training;

  @Option(
      names = "--keys",
      paramLabel = "N",
      defaultValue = "10000",
      description =
          "How many keys to load in each form (default: ${DEFAULT-VALUE}). If there are fewer documents they are taken again; all of it must fit into memory twice.")
  private int keys;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Progress progress = Progress.on(spec.commandLine().getErr());
    try {
      Json.print(
          spec.commandLine().getOut(), bench(progress).run().toMap(BenchCommand.commandLine(spec)));
      return ExitCode.DONE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return BenchCommand.ENDED_BY_SIGINT;
    }
  }

  private MemoryBench bench(Progress progress) {
    try {
      return new MemoryBench(
          new MemorySettings(Optional.ofNullable(documents), Optional.ofNullable(training), keys),
          progress);
    } catch (IllegalArgumentException e) {
      throw Main.usage(spec, "--" + e.getMessage());
    }
  }
}
