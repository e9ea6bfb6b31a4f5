package dev.freshet.cli;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.CachedKeys;
import dev.freshet.daemon.Servers;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.PostgresEvictions;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
        "Evicts entities: those named, with --match those that are cached, or with --all the whole view. This goes through the change log, so that it survives what every change survives; the daemon does it within milliseconds, or when it is back.")
final class EvictCommand implements Callable<Integer> {
  @Mixin private ConfigOption config;

  @Parameters(index = "0", paramLabel = "VIEW", description = "The view's name.")
  private String view;

  @Parameters(index = "1..*", arity = "0..*", paramLabel = "KEY", description = "Entity keys.")
  private List<String> keys = List.of();

  @Option(names = "--all", description = "Evict the whole view.")
  private boolean isAll;

  @Option(
      names = "--match",
      paramLabel = "GLOB",
      description = "Evict the entities whose cache key is in Redis and matches, as 'img:12*'.")
  private @Nullable String glob;

  @Option(names = "--json", description = "Print JSON.")
  private boolean isJson;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if ((isAll ? 1 : 0) + (keys.isEmpty() ? 0 : 1) + (glob == null ? 0 : 1) != 1) {
      throw Main.usage(spec, "name either some keys, or --match GLOB, or --all");
    }
    FreshetConfig loaded = config.load();
    FeatureView known = ConfigOption.view(loaded, view);
    Collection<EntityKey> entities =
        glob != null
            ? CachedKeys.matching(loaded, known, glob)
            : keys.stream().map(key -> EntityKey.parse(key, known.key().arity())).toList();
    try (PostgresDatabase database = Servers.postgres(loaded.postgres())) {
      database.checkReachable();
      PostgresEvictions evictions = new PostgresEvictions(database);
      if (isAll) {
        evictions.evictAll(known);
      } else if (!entities.isEmpty()) {
        evictions.evict(known, entities);
      }
    }
    print(entities);
    return glob != null && entities.isEmpty() ? ExitCode.NOT_FOUND : ExitCode.DONE;
  }

  private void print(Collection<EntityKey> entities) {
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
                  : "logged the eviction of %d %s of %s"
                      .formatted(entities.size(), entities.size() == 1 ? "key" : "keys", view));
    }
  }
}
