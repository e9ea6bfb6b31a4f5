package dev.freshet.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code freshet bench}. */
@Command(name = "bench", description = "Measures, and prints figures as JSON.")
final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw Main.usage(spec, "say what to measure");
  }
}
