package dev.freshet.cli;

import dev.freshet.cli.demo.Demo;
import dev.freshet.cli.demo.HttpPort;
import dev.freshet.cli.demo.Story;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code freshet demo}. */
@Command(
    name = "demo",
    description =
        "Shows the main job as it happens: starts a Postgres and a Redis of its own and Freshet between them, loads real data, and reads, changes and reads again. Every value is checked. Then it goes on, and says what to try, until Ctrl-C ends all that it started.")
final class DemoCommand implements Callable<Integer> {
  private static final int PORT_MAX = 65_535;

  @Option(
      names = "--once",
      description =
          "End after the show: with 0, or with 1 if something did not happen as it should.")
  private boolean isOnce;

  @Option(
      names = "--http-port",
      paramLabel = "N",
      description =
          "Serve HTTP on this port of 127.0.0.1; 0 for any that is free (default: 8080, or any if that is taken).")
  private @Nullable Integer httpPort;

  @Option(
      names = {"--no-colour", "--no-color"},
      description = "Print without colour, as when the output is no terminal or NO_COLOR is set.")
  private boolean isPlain;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    Demo.Options options = new Demo.Options(isOnce, port());
    boolean hasColour = !isPlain && System.getenv("NO_COLOR") == null && Ansi.AUTO.enabled();
    new Demo(options, new Story(spec.commandLine().getOut(), hasColour)).run();
    return ExitCode.DONE;
  }

  private int port() {
    if (httpPort != null && (httpPort < 0 || httpPort > PORT_MAX)) {
      throw Main.usage(spec, "--http-port is %d; it can be 0 to %d".formatted(httpPort, PORT_MAX));
    }
    return HttpPort.find(httpPort == null ? OptionalInt.empty() : OptionalInt.of(httpPort))
        .orElseThrow(
            () ->
                Main.usage(
                    spec,
                    "cannot listen on port %d of 127.0.0.1: it is taken, or not for this user; name another, or 0 for any that is free"
                        .formatted(httpPort)));
  }
}
