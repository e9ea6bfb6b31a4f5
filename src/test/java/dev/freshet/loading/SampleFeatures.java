package dev.freshet.loading;

import dev.freshet.codec.packed.Document;
import dev.freshet.loading.Feature.Source;
import java.nio.charset.StandardCharsets;

/** Features as a loader would return them, for tests of what stands above the loader. */
public final class SampleFeatures {
  private SampleFeatures() {}

  private static Document parsed(String json) {
    return Document.ofJson(json.getBytes(StandardCharsets.UTF_8));
  }

  public static Feature document(String key, String json, Source source) {
    return Feature.of(key, parsed(json), source, false);
  }

  public static Feature documentThatMayBeBehind(String key, String json) {
    return Feature.of(key, parsed(json), Source.REDIS, true);
  }

  public static Feature absent(String key, Source source) {
    return Feature.absent(key, source, false);
  }
}
