package dev.freshet.cli;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Servers;
import dev.freshet.postgres.Migrator;
import dev.freshet.postgres.PlannedMigration;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Uninstaller;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code freshet migrate}. */
@Command(
    name = "migrate",
    description = {
      "Installs the schema freshet, its functions and the watches of the configuration, with Flyway; repairs watches whose triggers are missing, disabled or on another table; drops watches that are no longer configured. Locks are short and tried again, each watch is a transaction of its own, and runs at the same time wait for each other.",
      "All that does not fit is told at once, and then nothing is changed."
    })
final class MigrateCommand implements Callable<Integer> {
  @Mixin private ConfigOption config;

  @Option(
      names = "--check",
      description = "Change nothing; list what is pending and end with 1 if anything is.")
  private boolean isCheck;

  @Option(
      names = "--dry-run",
      description =
          "Change nothing; check everything, and print exactly the SQL that would run, as a script for psql.")
  private boolean isDryRun;

  @Option(
      names = "--uninstall",
      description =
          "Remove schema freshet and all triggers. Stop the daemons first; a daemon that is connected is a reason to refuse.")
  private boolean isUninstall;

  @Option(
      names = "--force",
      description =
          "With --uninstall: although a daemon is connected, or views of others read schema freshet.")
  private boolean isForced;

  @Option(names = "--json", description = "Print JSON.")
  private boolean isJson;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (isCheck && (isDryRun || isUninstall)) {
      throw Main.usage(spec, "--check goes with neither --dry-run nor --uninstall");
    } else if (isForced && (!isUninstall || isDryRun)) {
      throw Main.usage(spec, "--force goes with --uninstall alone");
    }
    FreshetConfig loaded = config.load();
    try (PostgresDatabase database = Servers.postgres(loaded.postgres())) {
      database.checkReachable();
      return isUninstall
          ? uninstall(loaded, new Uninstaller(database))
          : migrate(Servers.migrator(database, loaded));
    }
  }

  private int migrate(Migrator migrator) {
    if (isDryRun) {
      printScript("migrate", migrator.planned());
    } else if (isCheck) {
      List<String> pending = migrator.pending();
      print("pending", pending, "nothing is pending");
      return pending.isEmpty() ? ExitCode.DONE : ExitCode.NOT_FOUND;
    } else {
      print("applied", migrator.migrate(), "nothing is pending");
    }
    return ExitCode.DONE;
  }

  private int uninstall(FreshetConfig loaded, Uninstaller uninstaller) {
    if (isDryRun) {
      printScript("migrate --uninstall", uninstaller.planned());
      return ExitCode.DONE;
    }
    List<String> removed = uninstaller.uninstall(isForced);
    print("removed", removed, "nothing is installed");
    if (!removed.isEmpty() && !isJson) {
      printWhatRedisKeeps(loaded);
    }
    return ExitCode.DONE;
  }

  private void printWhatRedisKeeps(FreshetConfig loaded) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        "Redis keeps the cached keys until their TTL ends, and nothing evicts them any more. To remove them now:");
    List<String> commands = new ArrayList<>();
    loaded
        .views()
        .forEach(
            view ->
                commands.add(
                    "redis-cli --scan --pattern %s | tr '\\n' '\\0' | xargs -0 -r redis-cli unlink"
                        .formatted(shellQuoted(view.key().scanPattern()))));
    String namespace = "{" + loaded.redis().namespace() + "}:";
    commands.add(
        "redis-cli unlink "
            + Stream.concat(
                    Stream.of("chain", "fresh"),
                    loaded.views().stream().map(view -> "dictionary:" + view.name()))
                .map(key -> shellQuoted(namespace + key))
                .collect(Collectors.joining(" ")));
    commands.forEach(command -> out.println("  " + command));
    out.println(
        "(-u URL names the server. Or, the next time, `freshet evict VIEW --all` while a daemon still runs, before --uninstall.)");
  }

  private static String shellQuoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  private void print(String word, List<String> names, String ifNone) {
    PrintWriter out = spec.commandLine().getOut();
    if (isJson) {
      Json.print(out, Map.of(word, names));
    } else if (names.isEmpty()) {
      out.println(ifNone);
    } else {
      names.forEach(name -> out.println(word + "  " + name));
    }
  }

  private void printScript(String command, List<PlannedMigration> planned) {
    PrintWriter out = spec.commandLine().getOut();
    if (isJson) {
      Json.print(out, planned);
    } else {
      out.print(MigrationScript.of(command, planned));
      out.flush();
    }
  }
}
