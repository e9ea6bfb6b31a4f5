package dev.freshet.loading;

import dev.freshet.view.FeatureView;
import java.util.Map;
import java.util.Optional;

/**
 * Where loaders get dictionaries from. Calls block until the reply or the timeout.
 *
 * <p>All methods throw {@link dev.freshet.lifecycle.ServerUnavailableException} if there is no
 * reply.
 */
public interface DictionarySource {

  /**
   * The dictionaries to write with.
   *
   * @return their numbers by the names of their codecs; empty if there is none for this view
   */
  Map<String, Long> newest(FeatureView view);

  /**
   * A dictionary, as {@link dev.freshet.codec.StoredDictionary#read} takes it; empty if there is no
   * such one.
   */
  Optional<byte[]> find(FeatureView view, long number);
}
