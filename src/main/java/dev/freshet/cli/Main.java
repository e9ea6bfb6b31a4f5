package dev.freshet.cli;

import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The program {@code freshet}. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new FreshetCommand());
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setUsageHelpWidth(100);
    giveHelp(commandLine);
    commandLine.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          int code = ExitCode.of(e);
          if (code == ExitCode.BUG) {
            command
                .getErr()
                .println("freshet: an unexpected error; please report it with this text:");
            e.printStackTrace(command.getErr());
          } else {
            command.getErr().println("freshet: " + e.getMessage());
          }
          return code;
        });
    commandLine.setParameterExceptionHandler(
        (e, arguments) -> {
          CommandLine command = e.getCommandLine();
          command.getErr().println("freshet: " + e.getMessage());
          if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, command.getErr())) {
            command
                .getErr()
                .println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
          }
          return ExitCode.USAGE;
        });
    return commandLine;
  }

  private static void giveHelp(CommandLine commandLine) {
    for (CommandLine command : commandLine.getSubcommands().values()) {
      if (!(command.getCommand() instanceof CommandLine.HelpCommand)) {
        command.getCommandSpec().mixinStandardHelpOptions(true);
      }
      giveHelp(command);
    }
  }

  /** Says that the words of a command do not fit together. */
  static ParameterException usage(CommandLine.Model.CommandSpec spec, String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
