package dev.freshet.cli.bench;

import dev.freshet.postgres.Session;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/**
 * A table of real image features: the demo's sample, several times, each time under other ids.
 *
 * @param measured the ids of the rows whose updates are measured
 * @param background the ids of the rows that are updated meanwhile
 */
record ImageTable(List<String> measured, List<String> background) {
  private static final int COPIES = 10;
  private static final String TABLE = "/demo/images.sql";
  private static final String SAMPLE = "/demo/features-sample.jsonl.gz";

  private static final String INSERT =
      """
      INSERT INTO public.image_features (image_id, user_id, feature_version, features)
      SELECT md5(?::text || (doc->>'image_id'))::uuid, doc->>'user_id', doc->>'feature_version', doc->'features'
        FROM unnest(?::text[]) AS line, CAST(line AS jsonb) AS doc
      """;

  private static final String UPDATE =
      """
      UPDATE public.image_features
         SET features = features || jsonb_build_object('revision', ?::text), updated_at = clock_timestamp()
       WHERE image_id = ?::text::uuid
      """;

  /** Creates and fills the table. */
  static ImageTable create(Session session) {
    session.run(text(TABLE));
    String[] lines = sample();
    for (int copy = 0; copy < COPIES; copy++) {
      session.update(INSERT, Integer.toString(copy), lines);
    }
    session.run("VACUUM ANALYZE public.image_features");
    List<String> ids =
        session.texts("SELECT image_id::text FROM public.image_features ORDER BY 1").stream()
            .map(Objects::requireNonNull)
            .toList();
    int half = ids.size() / 2;
    return new ImageTable(ids.subList(0, half), ids.subList(half, ids.size()));
  }

  /** Changes one row's features, in a transaction of its own. */
  static void update(Session session, String imageId, long revision) {
    int rows = session.update(UPDATE, Long.toString(revision), imageId);
    if (rows != 1) {
      throw new IllegalStateException("the update of %s met %d rows".formatted(imageId, rows));
    }
  }

  private static String text(String resource) {
    try (InputStream in = open(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(resource + " cannot be read", e);
    }
  }

  /** The demo's sample: real image features, one JSON document each. */
  static String[] sample() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(open(SAMPLE)), StandardCharsets.UTF_8))) {
      return reader.lines().toArray(String[]::new);
    } catch (IOException e) {
      throw new UncheckedIOException(SAMPLE + " cannot be read", e);
    }
  }

  private static InputStream open(String resource) {
    return Objects.requireNonNull(
        ImageTable.class.getResourceAsStream(resource), () -> resource + " is missing");
  }
}
