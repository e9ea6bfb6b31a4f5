package dev.freshet.cli.bench;

import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The rows that writers update, in a database of which each side gets a copy: image features with a
 * number as key, about 450 bytes each.
 *
 * <p>Small rows, a table that fits in the shared buffers, no other index and an update of two
 * columns make the plain update cheap, and so a trigger's share large.
 *
 * @param databaseName of the database that is copied
 * @param rows how many
 * @param bytesPerRow without the page's room
 * @param fillfactor of the table, in percent
 */
record WriterRows(String databaseName, int rows, double bytesPerRow, int fillfactor) {
  static final String TABLE = "public.image_features";

  /** Room in each page, so that updates of single rows stay in their page and touch no index. */
  static final int FILLFACTOR = 70;

  /** Room for a second version of each row. */
  private static final int HALF_FULL = 50;

  private static final int FULL = 100;

  private static final String CREATE =
      """
      CREATE TABLE public.image_features (
        image_id        bigint      PRIMARY KEY,
        user_id         text        NOT NULL,
        feature_version text        NOT NULL,
        features        jsonb       NOT NULL,
        revision        integer     NOT NULL,
        updated_at      timestamptz NOT NULL
      ) WITH (fillfactor = %s)
      """;

  private static final String FILL =
      """
      INSERT INTO public.image_features
      WITH sample AS MATERIALIZED (
        SELECT number - 1 AS number, doc->>'user_id' AS user_id, doc->>'feature_version' AS feature_version,
               jsonb_build_object('avg_color_features', doc #> '{features,fast,avg_color_features}',
                                  'color_std', doc #> '{features,fast,color_std}',
                                  'color_skew', doc #> '{features,fast,color_skew}',
                                  'hu_moments', doc #> '{features,fast,hu_moments}') AS features
          FROM unnest(?::text[]) WITH ORDINALITY AS line (text, number), CAST(line.text AS jsonb) AS doc)
      SELECT i, user_id, feature_version, features, 0, clock_timestamp()
        FROM generate_series(1, ?::integer) AS i JOIN sample ON sample.number = i %% %s
       ORDER BY i
      """;

  private static final String UPDATE =
      "UPDATE public.image_features SET revision = revision + 1, updated_at = clock_timestamp() WHERE image_id %s %s";

  /** The statement that updates one row. */
  static String updateOf(String id) {
    return UPDATE.formatted("=", id);
  }

  /** The statement that updates so many rows. */
  static String updateOfFirst(int rows) {
    return UPDATE.formatted("<=", rows);
  }

  /** Rows for updates of single ones. */
  static WriterRows forSingleUpdates(BenchServers servers, int rows) {
    return create(servers, "single_rows", rows, FILLFACTOR);
  }

  /** Rows for updates of single ones by one writer; autovacuum, or a vacuum, is never needed. */
  static WriterRows forOneWriter(BenchServers servers, int rows) {
    return create(servers, "one_writer", rows, HALF_FULL);
  }

  /**
   * Rows for statements that update many. Each was updated once and vacuumed, so that the table has
   * the size that it keeps: half of it free.
   */
  static WriterRows forBulkUpdates(BenchServers servers, int rows) {
    WriterRows created = create(servers, "bulk_rows", rows, FULL);
    try (PostgresDatabase database = servers.database(created.databaseName);
        Session session = Session.openUnhurried(database)) {
      session.run(updateOfFirst(rows));
      session.run("VACUUM ANALYZE " + TABLE);
    }
    return created;
  }

  /** The facts for programs. */
  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("rows", rows);
    map.put("bytesPerRow", bytesPerRow);
    map.put("fillfactor", fillfactor);
    return map;
  }

  private static WriterRows create(
      BenchServers servers, String databaseName, int rows, int fillfactor) {
    String[] sample = ImageTable.sample();
    try (PostgresDatabase database = servers.createDatabase(databaseName, "template1");
        Session session = Session.openUnhurried(database)) {
      session.run(CREATE.formatted(fillfactor));
      session.update(FILL.formatted(sample.length), sample, rows);
      session.run("VACUUM ANALYZE " + TABLE);
      String bytes =
          session
              .ask("SELECT avg(pg_column_size(r.*))::float8::text FROM " + TABLE + " AS r")
              .orElseThrow();
      return new WriterRows(
          databaseName, rows, Spread.rounded(Double.parseDouble(bytes), 1), fillfactor);
    }
  }
}
