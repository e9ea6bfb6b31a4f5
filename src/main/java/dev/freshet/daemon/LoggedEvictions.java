package dev.freshet.daemon;

import dev.freshet.http.Evictions;
import dev.freshet.loading.UnknownViewException;
import dev.freshet.postgres.PostgresEvictions;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import java.util.List;

/** Evictions through the change log, as the HTTP interface needs them. */
record LoggedEvictions(List<FeatureView> views, PostgresEvictions evictions) implements Evictions {

  @Override
  public void evict(String name, List<String> keys) {
    FeatureView view =
        views.stream()
            .filter(candidate -> candidate.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new UnknownViewException(name, views.stream().map(FeatureView::name).toList()));
    evictions.evict(
        view, keys.stream().map(key -> EntityKey.parse(key, view.key().arity())).toList());
  }
}
