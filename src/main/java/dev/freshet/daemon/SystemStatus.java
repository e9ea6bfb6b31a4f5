package dev.freshet.daemon;

import dev.freshet.config.FreshetConfig;
import dev.freshet.eviction.Chain;
import dev.freshet.postgres.ChangeLogStatus;
import dev.freshet.redis.RedisChain;
import dev.freshet.view.FeatureView;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a database and its cache stand, for people.
 *
 * @param isFresh whether a daemon has confirmed in the last 2 s that Redis is up to date
 * @param pending migrations
 * @param link of the chain in Redis; empty if there is none
 * @param generation of the chain in Redis; empty if there is none
 * @param changeLog empty if the database was never migrated
 */
public record SystemStatus(
    boolean isFresh,
    List<String> pending,
    String link,
    String generation,
    Optional<ChangeLogStatus> changeLog,
    List<ViewStatus> views) {

  /**
   * A view as the chain has it.
   *
   * @param epoch empty if the chain does not know the view
   * @param isDefinitionCurrent whether the chain's definition is the configuration's
   */
  public record ViewStatus(String name, String key, String epoch, boolean isDefinitionCurrent) {}

  /**
   * Reads the status of both servers.
   *
   * @throws dev.freshet.lifecycle.ServerUnavailableException if one cannot be reached
   */
  public static SystemStatus read(FreshetConfig config, Servers servers) {
    servers.postgres().checkReachable();
    List<String> pending = Servers.migrator(servers.postgres(), config).pending();
    boolean hasChangeLog = pending.stream().noneMatch(name -> name.startsWith("V"));
    Chain.State state;
    try (RedisChain chain =
        new RedisChain(servers.redis(), config.redis().namespace(), Duration.ofSeconds(2))) {
      state = chain.read();
    }
    return new SystemStatus(
        state.isFresh(),
        pending,
        state.link(),
        state.fields().getOrDefault(Chain.Field.GENERATION, ""),
        hasChangeLog ? Optional.of(ChangeLogStatus.read(servers.postgres())) : Optional.empty(),
        config.views().stream().map(view -> viewStatus(view, state)).toList());
  }

  private static ViewStatus viewStatus(FeatureView view, Chain.State state) {
    return new ViewStatus(
        view.name(),
        view.key().toString(),
        state.fields().getOrDefault(Chain.Field.epoch(view.name()), ""),
        view.definitionHash().equals(state.fields().get(Chain.Field.definition(view.name()))));
  }

  /** Whether all is as it should be. */
  public boolean isGood() {
    return isFresh && pending.isEmpty() && views.stream().allMatch(ViewStatus::isDefinitionCurrent);
  }

  /** The status for programs. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("good", isGood());
    map.put("fresh", isFresh);
    map.put("pending", pending);
    map.put("link", link);
    map.put("generation", generation);
    changeLog.ifPresent(log -> map.put("changeLog", log));
    map.put("views", views);
    return map;
  }
}
