package dev.freshet.eviction;

import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import dev.freshet.view.Watch;
import java.util.Collection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs a watch's {@code keys} query. */
public interface KeyResolver {

  /**
   * The entity keys that depend on some values of the watch's {@code by} columns, as of a statement
   * that begins after this call.
   *
   * @throws KeysQueryFailedException if Postgres refuses the query, or it names very many entities
   * @throws dev.freshet.lifecycle.ServerUnavailableException if Postgres does not answer
   */
  Set<EntityKey> resolve(FeatureView view, Watch watch, Collection<EntityKey> by);

  /** Says that a {@code keys} query failed, though Postgres is there. */
  final class KeysQueryFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public KeysQueryFailedException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
