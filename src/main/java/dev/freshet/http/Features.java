package dev.freshet.http;

import dev.freshet.loading.Feature;
import dev.freshet.view.FeatureView;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The read-through loader, as the HTTP interface needs it. Calls are made on an event loop and must
 * not block.
 *
 * <p>Futures end in bounded time; they fail with {@link dev.freshet.view.MalformedKeyException} for
 * a text that is no key of the view, and with {@link dev.freshet.loading.LoadFailedException} for a
 * miss that cannot be loaded.
 */
public interface Features {
  /** The views of the configuration. */
  List<FeatureView> views();

  /**
   * Reads one entity.
   *
   * @throws dev.freshet.loading.UnknownViewException if there is no such view
   */
  CompletableFuture<Feature> get(String view, String key);

  /**
   * Reads some entities, each by its own future.
   *
   * @return one future for each key, by key
   * @throws dev.freshet.loading.UnknownViewException if there is no such view
   */
  Map<String, CompletableFuture<Feature>> getAll(String view, Collection<String> keys);
}
