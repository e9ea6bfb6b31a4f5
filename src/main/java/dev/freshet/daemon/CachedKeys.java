package dev.freshet.daemon;

import dev.freshet.config.FreshetConfig;
import dev.freshet.eviction.Chain.KeyScan;
import dev.freshet.redis.RedisChain;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** The entities of a view that Redis holds something for. */
public final class CachedKeys {
  private CachedKeys() {}

  /**
   * Looks through all of Redis, page by page.
   *
   * @param glob of cache keys, in Redis' syntax
   * @throws dev.freshet.lifecycle.ServerUnavailableException if Redis does not answer
   */
  public static Set<EntityKey> matching(FreshetConfig config, FeatureView view, String glob) {
    Set<EntityKey> found = new LinkedHashSet<>();
    try (Servers servers = Servers.of(config);
        RedisChain chain =
            new RedisChain(servers.redis(), config.redis().namespace(), Duration.ofSeconds(2));
        KeyScan scan = chain.scan(glob)) {
      while (scan.hasNext()) {
        scan.next().stream()
            .map(view.key()::entityKey)
            .flatMap(Optional::stream)
            .forEach(found::add);
      }
    }
    return found;
  }
}
