package dev.freshet.cli.demo;

import dev.freshet.postgres.Session;
import java.util.Arrays;
import java.util.List;

/**
 * The first view's data: features computed from real pictures.
 *
 * @param ids of all images
 */
record ImageData(List<String> ids) {
  static final String VIEW = "image-features";

  ImageData {
    ids = List.copyOf(ids);
  }

  /** Creates the table and fills it. */
  static ImageData load(Session sql) {
    sql.run(DemoFiles.text("images.sql"));
    String[] documents = DemoFiles.packedLines("features-sample.jsonl.gz").toArray(String[]::new);
    sql.update(
        """
        INSERT INTO public.image_features (image_id, user_id, feature_version, features)
        SELECT (d->>'image_id')::uuid, d->>'user_id', d->>'feature_version', d->'features'
          FROM (SELECT unnest(?::text[])::jsonb AS d) AS documents
        """,
        (Object) documents);
    return new ImageData(
        sql.ask("SELECT string_agg(image_id::text, ' ') FROM public.image_features")
            .map(all -> Arrays.asList(all.split(" ", -1)))
            .orElse(List.of()));
  }

  /** The cache key of an image's features. */
  static String cacheKey(String id) {
    return "img:" + id;
  }

  List<String> cacheKeys() {
    return ids.stream().map(ImageData::cacheKey).toList();
  }
}
