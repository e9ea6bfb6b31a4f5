package dev.freshet.cli;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Servers;
import dev.freshet.daemon.SystemStatus;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code freshet status}. */
@Command(
    name = "status",
    description =
        "Tells how things stand: what is migrated, how far the change log has been applied, and whether a daemon keeps Redis fresh. Ends with 1 if one of these is not as it should be.")
final class StatusCommand implements Callable<Integer> {
  @Mixin private ConfigOption config;

  @Option(names = "--json", description = "Print JSON.")
  private boolean isJson;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    FreshetConfig loaded = config.load();
    SystemStatus status;
    try (Servers servers = Servers.of(loaded)) {
      status = SystemStatus.read(loaded, servers);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (isJson) {
      Json.print(out, status.toMap());
    } else {
      print(out, status);
    }
    return status.isGood() ? ExitCode.DONE : ExitCode.NOT_FOUND;
  }

  private static void print(PrintWriter out, SystemStatus status) {
    out.printf(
        "fresh       %s%n",
        status.isFresh()
            ? "yes"
            : "no: no daemon has confirmed in the last 2 s that Redis is up to date");
    out.printf(
        "migrations  %s%n",
        status.pending().isEmpty()
            ? "nothing pending"
            : "pending: %s; run freshet migrate".formatted(String.join(", ", status.pending())));
    out.printf(
        "link        %s%n",
        status.link().isEmpty() ? "none: no daemon ever started a chain here" : status.link());
    out.printf("generation  %s%n", status.generation().isEmpty() ? "none" : status.generation());
    status
        .changeLog()
        .ifPresent(
            log -> {
              out.printf(
                  "change log  %,d rows, %,d bytes%s%n",
                  log.rows(),
                  log.bytes(),
                  log.isFull() ? ", full: nothing is cached until it has been emptied" : "");
              log.chains()
                  .forEach(
                      chain ->
                          out.printf(
                              "chain       %s: %,d rows behind as of %d s ago%n",
                              chain.name(), chain.backlogRows(), chain.ageSeconds()));
            });
    status
        .views()
        .forEach(
            view ->
                out.printf(
                    "view        %s: %s, epoch %s%s%n",
                    view.name(),
                    view.key(),
                    view.epoch().isEmpty() ? "none" : view.epoch(),
                    view.isDefinitionCurrent()
                        ? ""
                        : ", the chain has another definition of it: nothing is filled"));
  }
}
