package dev.freshet.daemon;

import dev.freshet.http.Features;
import dev.freshet.loading.Feature;
import dev.freshet.loading.FeatureLoader;
import dev.freshet.view.FeatureView;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The loader, as the HTTP interface needs it. */
record LoaderFeatures(FeatureLoader loader) implements Features {

  @Override
  public List<FeatureView> views() {
    return loader.views();
  }

  @Override
  public CompletableFuture<Feature> get(String view, String key) {
    return loader.getAsync(view, key);
  }

  @Override
  public Map<String, CompletableFuture<Feature>> getAll(String view, Collection<String> keys) {
    return loader.getAllAsync(view, keys);
  }
}
