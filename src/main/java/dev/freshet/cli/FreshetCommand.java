package dev.freshet.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command without a subcommand. */
@Command(
    name = "freshet",
    mixinStandardHelpOptions = true,
    versionProvider = FreshetCommand.Version.class,
    header = "Keeps Redis fresh with Postgres.",
    description =
        "A committed change evicts exactly the cached keys that depend on it; misses are loaded in a way that a stale value never comes back.",
    footer = {
      "",
      "Exit codes: 0 done, 1 a check failed or something was not found, 2 bad usage or configuration, 3 a server could not be reached.",
      "Configuration: --config FILE, else ./freshet.yaml, else /etc/freshet/freshet.yaml."
    },
    subcommands = {
      RunCommand.class,
      MigrateCommand.class,
      GetCommand.class,
      EvictCommand.class,
      StatusCommand.class,
      VerifyCommand.class,
      TrainCommand.class,
      DemoCommand.class,
      BenchCommand.class,
      HelpCommand.class
    })
final class FreshetCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return ExitCode.USAGE;
  }

  /** The version in the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"freshet " + (version == null ? "(not packaged)" : version)};
    }
  }
}
