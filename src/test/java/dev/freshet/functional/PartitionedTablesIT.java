package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.functional.WaysToChangeRows.Way;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Watches on partitioned tables see what is written to the table and to its partitions. */
class PartitionedTablesIT {
  private static final String TABLES =
      """
      CREATE TABLE ranged (id bigint PRIMARY KEY, value integer) PARTITION BY RANGE (id);
      CREATE TABLE ranged_low PARTITION OF ranged FOR VALUES FROM (0) TO (10);
      CREATE TABLE ranged_high (dropped text, value integer, dropped_too integer, id bigint NOT NULL);
      ALTER TABLE ranged_high DROP COLUMN dropped, DROP COLUMN dropped_too;
      ALTER TABLE ranged ATTACH PARTITION ranged_high FOR VALUES FROM (10) TO (20);
      CREATE TABLE ranged_rest PARTITION OF ranged DEFAULT;

      CREATE TABLE listed (region text, id bigint, value integer, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
      CREATE TABLE listed_eu PARTITION OF listed FOR VALUES IN ('eu') PARTITION BY HASH (id);
      CREATE TABLE listed_eu_0 PARTITION OF listed_eu FOR VALUES WITH (MODULUS 2, REMAINDER 0);
      CREATE TABLE listed_eu_1 PARTITION OF listed_eu FOR VALUES WITH (MODULUS 2, REMAINDER 1);
      CREATE TABLE listed_us PARTITION OF listed FOR VALUES IN ('us');

      CREATE TABLE hashed (id bigint PRIMARY KEY, value integer, other integer) PARTITION BY HASH (id);
      CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
      CREATE TABLE hashed_1 (other integer, dropped text, id bigint NOT NULL, value integer);
      ALTER TABLE hashed_1 DROP COLUMN dropped;
      ALTER TABLE hashed ATTACH PARTITION hashed_1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);

      CREATE TABLE slow (id bigint PRIMARY KEY, value integer) PARTITION BY RANGE (id);
      CREATE TABLE slow_1 PARTITION OF slow FOR VALUES FROM (0) TO (10);
      INSERT INTO slow VALUES (1, 1);

      CREATE TABLE shelves (id bigint PRIMARY KEY, name text UNIQUE);
      INSERT INTO shelves VALUES (1, 'one'), (2, 'two'), (3, 'three');
      CREATE TABLE books (id bigint PRIMARY KEY, shelf_id bigint REFERENCES shelves ON DELETE CASCADE) PARTITION BY RANGE (id);
      CREATE TABLE books_low PARTITION OF books FOR VALUES FROM (0) TO (10);
      CREATE TABLE books_high PARTITION OF books FOR VALUES FROM (10) TO (20);
      """;

  private static final String VIEWS =
      """
      ranged:
        key: "ranged:{id}"
        load: SELECT id, value FROM public.ranged WHERE id = ANY(:id::bigint[])
        watch: [{table: public.ranged}]
      low:
        key: "low:{id}"
        load: SELECT id, value FROM public.ranged_low WHERE id = ANY(:id::bigint[])
        watch: [{table: public.ranged_low}]
      listed:
        key: "listed:{region}:{id}"
        load: SELECT l.region, l.id, l.value FROM public.listed AS l JOIN unnest(:region, :id::bigint[]) AS k (region, id) USING (region, id)
        watch: [{table: public.listed}]
      eu:
        key: "eu:{id}"
        load: SELECT id, value FROM public.listed_eu WHERE id = ANY(:id::bigint[])
        watch: [{table: public.listed_eu}]
      slow:
        key: "slow:{id}"
        load: SELECT id, value FROM public.slow WHERE id = ANY(:id::bigint[])
        watch: [{table: public.slow}]
      hashed:
        key: "hashed:{id}"
        load: SELECT id, value FROM public.hashed WHERE id = ANY(:id::bigint[])
        watch: [{table: public.hashed, columns: [value]}]
      shelf:
        key: "shelf:{name}"
        load: SELECT s.name, count(b.id) AS books FROM public.shelves AS s LEFT JOIN public.books AS b ON b.shelf_id = s.id WHERE s.name = ANY(:name) GROUP BY s.name
        watch:
          - table: public.shelves
          - table: public.books
            by: [shelf_id]
            keys: SELECT name FROM public.shelves WHERE id = ANY(:shelf_id::bigint[])
      """;

  private static final String RESET =
      """
      DELETE FROM ranged;
      INSERT INTO ranged SELECT i, 0 FROM unnest(ARRAY[1, 2, 11, 12, 31, 32]) AS i;
      DELETE FROM listed;
      INSERT INTO listed SELECT r, i, 0 FROM generate_series(1, 4) AS i, unnest(ARRAY['eu', 'us']) AS r;
      DELETE FROM hashed;
      INSERT INTO hashed SELECT i, 0, 0 FROM generate_series(1, 6) AS i;
      DELETE FROM books;
      INSERT INTO books VALUES (1, 1), (2, 2), (11, 1)
      """;

  private static final Map<String, List<String>> ENTITIES =
      Map.of(
          "ranged", List.of("1", "2", "3", "11", "12", "13", "31", "32", "33"),
          "low", List.of("1", "2", "3"),
          "listed", List.of("eu:1", "eu:2", "eu:3", "eu:4", "us:1", "us:2", "us:3", "us:4", "us:5"),
          "eu", List.of("1", "2", "3", "4", "5"),
          "hashed", List.of("1", "2", "3", "4", "5", "6", "7"),
          "shelf", List.of("one", "two", "three"));

  private static LiveViews live;

  @BeforeAll
  static void startDaemon() throws SQLException {
    live = LiveViews.start(TABLES, VIEWS);
  }

  @AfterAll
  static void stopDaemon() throws SQLException {
    live.close();
  }

  @BeforeEach
  void cacheAll() throws SQLException {
    live.execute(RESET);
    live.awaitApplied();
    live.cached().forEach(live.redis()::del);
    Set<String> expected = new TreeSet<>();
    ENTITIES.forEach(
        (view, keys) -> {
          live.load(view, keys);
          keys.forEach(key -> expected.add(view + ":" + key));
        });
    assertThat(live.cached()).isEqualTo(expected);
  }

  static Stream<Way> waysToChangeRows() {
    return Stream.of(
        new Way("INSERT", "INSERT INTO ranged VALUES (3, 1), (33, 1)", "ranged:3 ranged:33 low:3"),
        new Way("INSERT into a partition", "INSERT INTO ranged_high (id) VALUES (13)", "ranged:13"),
        new Way(
            "INSERT into the default partition",
            "INSERT INTO ranged_rest VALUES (33, 1)",
            "ranged:33"),
        new Way(
            "UPDATE",
            "UPDATE ranged SET value = 1 WHERE id IN (1, 12)",
            "ranged:1 ranged:12 low:1"),
        new Way(
            "UPDATE of a partition", "UPDATE ranged_high SET value = 1 WHERE id = 12", "ranged:12"),
        new Way(
            "UPDATE of the key",
            "UPDATE ranged SET id = 3 WHERE id = 1",
            "ranged:1 ranged:3 low:1 low:3"),
        new Way(
            "UPDATE that moves rows to other partitions",
            "UPDATE ranged SET id = 3 WHERE id = 31; UPDATE ranged SET id = 13 WHERE id = 2",
            "ranged:31 ranged:3 low:3 ranged:2 ranged:13 low:2"),
        new Way(
            "DELETE",
            "DELETE FROM ranged WHERE id IN (1, 11, 31)",
            "ranged:1 ranged:11 ranged:31 low:1"),
        new Way("DELETE from a partition", "DELETE FROM ranged_low WHERE id = 2", "ranged:2 low:2"),
        new Way(
            "ON CONFLICT DO UPDATE",
            "INSERT INTO ranged VALUES (2, 1), (13, 1) ON CONFLICT (id) DO UPDATE SET value = 9",
            "ranged:2 ranged:13 low:2"),
        new Way(
            "ON CONFLICT DO NOTHING",
            "INSERT INTO ranged VALUES (2, 1), (13, 1) ON CONFLICT DO NOTHING",
            "ranged:13"),
        new Way(
            "MERGE",
            """
            MERGE INTO ranged AS r USING (VALUES (1), (2), (11), (12), (13)) AS s (id) ON r.id = s.id
              WHEN MATCHED AND s.id = 1 THEN UPDATE SET value = 9
              WHEN MATCHED AND s.id = 11 THEN DELETE
              WHEN MATCHED AND s.id = 12 THEN DO NOTHING
              WHEN MATCHED THEN UPDATE SET id = 33
              WHEN NOT MATCHED THEN INSERT VALUES (s.id, 1)
            """,
            "ranged:1 low:1 ranged:11 ranged:2 low:2 ranged:33 ranged:13"),
        new Way(
            "COPY",
            "COPY ranged FROM PROGRAM 'echo 3,7; echo 13,7' (FORMAT csv)",
            "ranged:3 low:3 ranged:13"),
        new Way(
            "COPY into a partition",
            "COPY ranged_high (id, value) FROM PROGRAM 'echo 13,7' (FORMAT csv)",
            "ranged:13"),
        new Way(
            "a rolled-back savepoint",
            "BEGIN; SAVEPOINT s; UPDATE ranged SET value = 1; ROLLBACK TO s; UPDATE ranged SET value = 1 WHERE id = 1; COMMIT",
            "ranged:1 low:1"),
        new Way(
            "UPDATE of sub-partitions",
            "UPDATE listed SET value = 1 WHERE id = 2",
            "listed:eu:2 listed:us:2 eu:2"),
        new Way(
            "UPDATE of a sub-partitioned partition",
            "UPDATE listed_eu SET value = 1 WHERE id < 3",
            "listed:eu:1 listed:eu:2 eu:1 eu:2"),
        new Way(
            "UPDATE of partitions of a partition",
            "UPDATE listed_eu_0 SET value = 1; UPDATE listed_eu_1 SET value = 1",
            "listed:eu:1 listed:eu:2 listed:eu:3 listed:eu:4 eu:1 eu:2 eu:3 eu:4"),
        new Way(
            "UPDATE that moves a row to another region",
            "UPDATE listed SET region = 'us', id = 5 WHERE region = 'eu' AND id = 1",
            "listed:eu:1 listed:us:5 eu:1"),
        new Way(
            "UPDATE of a column that counts",
            "UPDATE hashed SET value = 1 WHERE id IN (1, 2, 3, 4)",
            "hashed:1 hashed:2 hashed:3 hashed:4"),
        new Way(
            "UPDATE of a column that does not count",
            "UPDATE hashed SET other = 1; UPDATE hashed_1 SET other = 2",
            ""),
        new Way(
            "UPDATE of the key of a filtered table",
            "UPDATE hashed SET id = 7 WHERE id = 1",
            "hashed:1 hashed:7"),
        new Way(
            "UPDATE of one row's column among many",
            "UPDATE hashed SET other = 5, value = CASE id WHEN 5 THEN 1 ELSE value END",
            "hashed:5"),
        new Way("a mapped INSERT", "INSERT INTO books VALUES (3, 2), (13, 2)", "shelf:two"),
        new Way(
            "a mapped UPDATE",
            "UPDATE books SET shelf_id = 3 WHERE id = 11",
            "shelf:one shelf:three"),
        new Way(
            "a mapped DELETE from a partition", "DELETE FROM books_low WHERE id = 2", "shelf:two"),
        new Way(
            "a mapped cascade",
            "BEGIN; DELETE FROM shelves WHERE id = 3; INSERT INTO shelves VALUES (3, 'three'); COMMIT",
            "shelf:three"),
        new Way("TRUNCATE", "TRUNCATE books", "shelf:one shelf:two shelf:three"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("waysToChangeRows")
  void itEvictsExactlyTheKeysOfTheRowsThatItChanges(Way way) throws SQLException {
    assertThat(live.evictedBy(way.sql())).isEqualTo(way.evictedKeys());
  }

  @Test
  void aBulkStatementEvictsTheKeysOfAllItsRows() throws SQLException {
    live.execute("INSERT INTO ranged SELECT i, 0 FROM generate_series(101, 2600) AS i");
    live.awaitApplied();
    live.load("ranged", List.of("101", "1500", "2600", "2601"));
    assertThat(live.evictedBy("UPDATE ranged SET value = value + 1 WHERE id > 100"))
        .containsExactlyInAnyOrder("ranged:101", "ranged:1500", "ranged:2600");
    assertThat(live.evictedBy("DELETE FROM ranged WHERE id > 100")).isEmpty();
  }

  /** What a reader through the cache is told of an entity. */
  private static String document(String view, String key) {
    return live.get(view, key).json().orElse("absent");
  }

  @Test
  void aPartitionCreatedLaterIsWatched() throws SQLException {
    live.awaitSweptBy(
        "ranged", "CREATE TABLE ranged_next PARTITION OF ranged FOR VALUES FROM (20) TO (30)");
    assertThat(document("ranged", "21")).isEqualTo("absent");
    assertThat(live.evictedBy("INSERT INTO ranged_next VALUES (21, 1)")).contains("ranged:21");
    assertThat(document("ranged", "21")).isEqualTo("1");
    assertThat(live.evictedBy("UPDATE ranged SET value = 2 WHERE id = 21")).contains("ranged:21");
    assertThat(live.pending()).isEmpty();

    assertThat(document("ranged", "21")).isEqualTo("2");
    live.awaitSweptBy("ranged", "DROP TABLE ranged_next");
    assertThat(document("ranged", "21")).isEqualTo("absent");
    assertThat(live.daemon().status().isReady()).isTrue();
  }

  @Test
  void whatAPartitionBringsAndTakesAlongIsSeen() throws SQLException {
    live.execute("CREATE TABLE guests (value integer, gone text, id bigint NOT NULL)");
    live.execute("ALTER TABLE guests DROP COLUMN gone; INSERT INTO guests VALUES (1, 41)");
    assertThat(document("ranged", "41")).isEqualTo("absent");
    live.awaitSweptBy(
        "ranged", "ALTER TABLE ranged ATTACH PARTITION guests FOR VALUES FROM (40) TO (50)");
    assertThat(document("ranged", "41")).isEqualTo("1");
    assertThat(live.evictedBy("UPDATE guests SET value = 2 WHERE id = 41"))
        .containsExactly("ranged:41");
    assertThat(document("ranged", "41")).isEqualTo("2");

    live.awaitSweptBy("ranged", "TRUNCATE guests");
    assertThat(document("ranged", "41")).isEqualTo("absent");

    live.execute("INSERT INTO guests VALUES (3, 42)");
    live.awaitApplied();
    assertThat(document("ranged", "42")).isEqualTo("3");
    live.awaitSweptBy("ranged", "ALTER TABLE ranged DETACH PARTITION guests");
    assertThat(document("ranged", "42")).isEqualTo("absent");
    assertThat(live.evictedBy("UPDATE guests SET value = 4")).isEmpty();
    assertThat(live.pending()).isEmpty();
    assertThat(live.daemon().status().isReady()).isTrue();
    live.execute("DROP TABLE guests");
  }

  @Test
  void aPartitionIsGoneAsSoonAsItBeginsToBeDetachedConcurrently() throws Exception {
    try (Connection reader = live.database().connect();
        Connection other = live.database().connect()) {
      LiveViews.execute(reader, "BEGIN; SELECT * FROM slow");
      assertThat(document("slow", "1")).isEqualTo("1");
      Map<String, String> before = Map.of("slow", live.epoch("slow"));
      CompletableFuture<Void> detached =
          CompletableFuture.runAsync(
              () -> {
                try {
                  LiveViews.execute(other, "ALTER TABLE slow DETACH PARTITION slow_1 CONCURRENTLY");
                } catch (SQLException e) {
                  throw new AssertionError(e);
                }
              });
      live.awaitSwept(before);
      assertThat(detached).as("it waits for the reader").isNotDone();
      assertThat(document("slow", "1")).isEqualTo("absent");
      assertThat(live.daemon().status().isReady()).isTrue();
      LiveViews.execute(reader, "COMMIT");
      detached.get();
    }
    live.awaitShapesRead(1);
    assertThat(live.daemon().status().isReady()).isTrue();
  }

  @Test
  void aTruncatedTableIsSweptAsAWhole() throws SQLException {
    assertThat(live.evictedBy("TRUNCATE ranged"))
        .containsAll(new Way("", "", "ranged:1 ranged:2 ranged:11 ranged:31 low:1").evictedKeys());
  }

  @Test
  void aPartitionThatIsWatchedItselfAndLeavesIsStillWatched() throws SQLException {
    live.awaitSweptBy("ranged", "ALTER TABLE ranged DETACH PARTITION ranged_low");
    assertThat(document("low", "1")).isEqualTo("0");
    assertThat(document("ranged", "1")).isEqualTo("absent");
    assertThat(live.evictedBy("UPDATE ranged_low SET value = 8 WHERE id = 1"))
        .containsExactly("low:1");
    assertThat(document("low", "1")).isEqualTo("8");
    assertThat(live.daemon().status().isReady()).isTrue();
    live.awaitSweptBy(
        "ranged", "ALTER TABLE ranged ATTACH PARTITION ranged_low FOR VALUES FROM (0) TO (10)");
    assertThat(document("ranged", "1")).isEqualTo("8");
    assertThat(live.evictedBy("UPDATE ranged SET value = 9 WHERE id = 1"))
        .containsExactly("low:1", "ranged:1");
  }
}
