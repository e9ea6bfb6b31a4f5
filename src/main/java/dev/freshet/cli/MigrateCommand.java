package dev.freshet.cli;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Servers;
import dev.freshet.postgres.Migrator;
import dev.freshet.postgres.PostgresDatabase;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code freshet migrate}. */
@Command(
    name = "migrate",
    description =
        "Installs the schema freshet, its functions and the watches of the configuration, with Flyway; drops watches that are no longer configured. Locks are short, and runs at the same time wait for each other.")
final class MigrateCommand implements Callable<Integer> {
  @Mixin private ConfigOption config;

  @Option(
      names = "--check",
      description = "Change nothing; list what is pending and end with 1 if anything is.")
  private boolean isCheck;

  @Option(names = "--json", description = "Print JSON.")
  private boolean isJson;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    FreshetConfig loaded = config.load();
    try (PostgresDatabase database = Servers.postgres(loaded.postgres())) {
      database.checkReachable();
      Migrator migrator = Servers.migrator(database, loaded);
      List<String> migrations = isCheck ? migrator.pending() : migrator.migrate();
      print(migrations);
      return isCheck && !migrations.isEmpty() ? ExitCode.NOT_FOUND : ExitCode.DONE;
    }
  }

  private void print(List<String> migrations) {
    PrintWriter out = spec.commandLine().getOut();
    String word = isCheck ? "pending" : "applied";
    if (isJson) {
      Json.print(out, Map.of(word, migrations));
    } else if (migrations.isEmpty()) {
      out.println("nothing is pending");
    } else {
      migrations.forEach(migration -> out.println(word + "  " + migration));
    }
  }
}
