package dev.freshet.loading;

import dev.freshet.codec.Dictionaries;
import dev.freshet.view.FeatureView;

/** The dictionaries of each view, as those need them who write and read records. */
@FunctionalInterface
public interface ViewDictionaries {
  /** No view has any: values are written without, and those that need one are misses. */
  ViewDictionaries NONE = view -> Dictionaries.NONE;

  /** Those of a view that are at hand; what comes later is seen through the same object. */
  Dictionaries of(FeatureView view);
}
