package dev.freshet.cli;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Servers;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.PostgresEvictions;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code freshet evict}. */
@Command(
    name = "evict",
    description =
        "Evicts entities, or with --all a whole view. This goes through the change log, so that it survives what every change survives; the daemon does it within milliseconds, or when it is back.")
final class EvictCommand implements Callable<Integer> {
  @Mixin private ConfigOption config;

  @Parameters(index = "0", paramLabel = "VIEW", description = "The view's name.")
  private String view;

  @Parameters(index = "1..*", arity = "0..*", paramLabel = "KEY", description = "Entity keys.")
  private List<String> keys = List.of();

  @Option(names = "--all", description = "Evict the whole view.")
  private boolean isAll;

  @Option(names = "--json", description = "Print JSON.")
  private boolean isJson;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (isAll == !keys.isEmpty()) {
      throw Main.usage(spec, "name either some keys or --all");
    }
    FreshetConfig loaded = config.load();
    FeatureView known = ConfigOption.view(loaded, view);
    List<EntityKey> entities =
        keys.stream().map(key -> EntityKey.parse(key, known.key().arity())).toList();
    try (PostgresDatabase database = Servers.postgres(loaded.postgres())) {
      database.checkReachable();
      PostgresEvictions evictions = new PostgresEvictions(database);
      if (isAll) {
        evictions.evictAll(known);
      } else {
        evictions.evict(known, entities);
      }
    }
    if (isJson) {
      Json.print(
          spec.commandLine().getOut(),
          Map.of(
              "view", view, "all", isAll, "keys", entities.stream().map(EntityKey::text).toList()));
    } else {
      spec.commandLine()
          .getOut()
          .println(
              isAll
                  ? "logged the eviction of the whole view " + view
                  : "logged the eviction of %d key(s) of %s".formatted(entities.size(), view));
    }
    return ExitCode.DONE;
  }
}
