package dev.freshet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;

/**
 * Runs some commands in one process, each as the program would, and prints what the program keeps
 * to itself as well: the exceptions with their causes.
 */
final class CommandsInTurn {
  /** A line that begins so ends a command; its exit code follows. */
  static final String ENDED = "exit code ";

  private CommandsInTurn() {}

  /**
   * Runs them.
   *
   * @param args a file with a command in each line; {@code leak NAME} prints a variable of the
   *     environment
   */
  public static void main(String[] args) throws IOException {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    for (String line : Files.readAllLines(Path.of(args[0]))) {
      String[] words = line.split(" ", -1);
      System.err.println("command: " + line);
      if (words[0].equals("leak")) {
        System.err.println(System.getenv(words[1]));
      } else {
        System.err.println(ENDED + commandLine().execute(words));
      }
    }
  }

  private static CommandLine commandLine() {
    CommandLine commandLine = Main.commandLine();
    IExecutionExceptionHandler handler = commandLine.getExecutionExceptionHandler();
    commandLine.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          e.printStackTrace(System.err);
          return handler.handleExecutionException(e, command, parsed);
        });
    return commandLine;
  }
}
