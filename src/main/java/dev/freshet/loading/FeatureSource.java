package dev.freshet.loading;

import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The database, as the read path needs it. */
public interface FeatureSource {

  /**
   * What one load returned.
   *
   * @param generation of the database that answered, by the statements that read the documents;
   *     null if it has none, and then nothing may be filled
   * @param documents the JSON in UTF-8 of each entity that exists
   * @param failures the keys that could not be loaded, and why: {@link
   *     dev.freshet.view.MalformedKeyException} or {@link LoadFailedException}
   */
  record Loaded(
      @Nullable String generation,
      Map<EntityKey, byte[]> documents,
      Map<EntityKey, RuntimeException> failures) {}

  /**
   * Loads some entities by one autocommit READ COMMITTED statement on the primary, sent after this
   * method is called. A key that is neither among the documents nor among the failures has no
   * entity. If the statement fails for the sake of single keys, the others are loaded by further
   * statements, which all report the same generation or none.
   *
   * @throws LoadFailedException if no key could be loaded for a reason that concerns them all
   */
  Loaded load(FeatureView view, Set<EntityKey> keys);
}
