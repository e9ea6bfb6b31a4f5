package dev.freshet.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code freshet demo}. */
@Command(name = "demo", description = "Shows the main job on its own servers and real data.")
final class DemoCommand implements Callable<Integer> {
  @Option(names = "--once", description = "End after the show.")
  private boolean isOnce;

  @Override
  public Integer call() {
    return isOnce ? ExitCode.DONE : ExitCode.NOT_FOUND;
  }
}
