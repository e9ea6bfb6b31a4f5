package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.loading.Feature.Source;
import dev.freshet.servers.ExpectedLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Catalogs of stores, reached from products through {@code keys} queries that change meanwhile. */
class MappingIT {
  private static final String TABLES =
      """
      CREATE TABLE stores (id bigint PRIMARY KEY, slug text NOT NULL UNIQUE);
      CREATE TABLE products (id bigint PRIMARY KEY, store_id bigint, price integer NOT NULL);
      CREATE SEQUENCE mappings;
      CREATE FUNCTION counted(ids bigint[]) RETURNS bigint[] LANGUAGE plpgsql VOLATILE AS
        'BEGIN PERFORM nextval(''public.mappings''); IF 13 = ANY (ids) THEN RAISE EXCEPTION ''unlucky''; END IF;
         RETURN CASE WHEN 99 = ANY (ids) THEN array(SELECT id FROM public.stores) ELSE ids END; END';
      """;

  private static final String VIEWS =
      """
      catalogs:
        key: "catalog:{slug}"
        load: SELECT s.slug, jsonb_agg(p.price ORDER BY p.id) AS prices FROM public.stores s LEFT JOIN public.products p ON p.store_id = s.id WHERE s.slug = ANY(:slug) GROUP BY s.slug
        watch:
          - table: public.stores
          - table: public.products
            by: [store_id]
            keys: SELECT slug FROM public.stores WHERE id IN (SELECT unnest(public.counted(:store_id::bigint[])))
      """;

  private static final List<String> SLUGS = List.of("north", "south", "west", "east", "nord");

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
    live.execute(
        """
        TRUNCATE stores, products;
        INSERT INTO stores VALUES (1, 'north'), (2, 'south'), (3, 'west');
        INSERT INTO products SELECT p, 1 + p % 3, 0 FROM generate_series(1, 30) AS p
        """);
    live.awaitApplied();
    live.load("catalogs", SLUGS);
    assertThat(live.cached()).hasSize(SLUGS.size());
  }

  private static Set<String> catalogs(List<String> slugs) {
    return slugs.stream()
        .map(slug -> "catalog:" + slug)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static void assertNothingIsStale() throws SQLException {
    for (String slug : SLUGS) {
      assertThat(live.get("catalogs", slug).json().map(json -> json.replace(" ", "")))
          .as("catalog of %s as the cache has it", slug)
          .isEqualTo(
              live
                  .list(
                      "SELECT replace(jsonb_agg(p.price ORDER BY p.id)::text, ' ', '') FROM stores s LEFT JOIN products p ON p.store_id = s.id WHERE s.slug = '%s' GROUP BY s.slug"
                          .formatted(slug))
                  .stream()
                  .findFirst());
      assertThat(live.get("catalogs", slug).source()).isEqualTo(Source.REDIS);
    }
  }

  /**
   * Two transactions that are open at the same time.
   *
   * @param evicted the slugs whose catalogs must go
   */
  record Pair(String name, String one, String other, List<String> evicted) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Pair> pairs() {
    return Stream.of(
        new Pair(
            "a price changes while the store is renamed",
            "UPDATE products SET price = price + 1 WHERE id = 3",
            "UPDATE stores SET slug = 'nord' WHERE id = 1",
            List.of("north", "nord")),
        new Pair(
            "a product moves while its old store is renamed",
            "UPDATE products SET store_id = 2 WHERE id = 3",
            "UPDATE stores SET slug = 'nord' WHERE id = 1",
            List.of("north", "south", "nord")),
        new Pair(
            "a product moves while its new store is renamed",
            "UPDATE products SET store_id = 2 WHERE id = 3",
            "UPDATE stores SET slug = 'nord' WHERE id = 2",
            List.of("north", "south", "nord")),
        new Pair(
            "a price changes while two stores swap their slugs",
            "UPDATE products SET price = price + 1 WHERE id = 3",
            "UPDATE stores SET slug = 'x' WHERE id = 1; UPDATE stores SET slug = 'north' WHERE id = 2; UPDATE stores SET slug = 'south' WHERE id = 1",
            List.of("north", "south")),
        new Pair(
            "a product comes into a store that is created",
            "INSERT INTO products VALUES (99, 9, 5)",
            "INSERT INTO stores VALUES (9, 'east')",
            List.of("east")),
        new Pair(
            "a price changes in a store that is deleted",
            "UPDATE products SET price = price + 1 WHERE id = 3",
            "DELETE FROM stores WHERE id = 1",
            List.of("north")),
        new Pair(
            "a store's id changes while a product is sent to it",
            "UPDATE products SET store_id = 8 WHERE id = 3",
            "UPDATE stores SET id = 8 WHERE id = 2",
            List.of("north", "south")),
        new Pair(
            "products of one store change in both",
            "UPDATE products SET price = price + 1 WHERE id = 3",
            "DELETE FROM products WHERE id = 6",
            List.of("north")));
  }

  /** Both orders of writing and both of committing, each with a read in between. */
  @ParameterizedTest
  @MethodSource("pairs")
  void aMappingThatChangesMeanwhileLeavesNothingStale(Pair pair) throws SQLException {
    for (boolean isOneFirst : new boolean[] {true, false}) {
      for (boolean isOneCommittedFirst : new boolean[] {true, false}) {
        cacheAll();
        Set<String> evicted =
            live.evictedBy(
                () -> {
                  try (Connection one = live.database().connect();
                      Connection other = live.database().connect()) {
                    LiveViews.execute(one, "BEGIN");
                    LiveViews.execute(other, "BEGIN");
                    if (isOneFirst) {
                      LiveViews.execute(one, pair.one());
                    }
                    LiveViews.execute(other, pair.other());
                    if (!isOneFirst) {
                      LiveViews.execute(one, pair.one());
                    }
                    live.awaitApplied();
                    LiveViews.execute(isOneCommittedFirst ? one : other, "COMMIT");
                    live.awaitApplied();
                    LiveViews.execute(isOneCommittedFirst ? other : one, "COMMIT");
                  }
                });
        assertThat(evicted)
            .as("one writes first %s, one commits first %s", isOneFirst, isOneCommittedFirst)
            .isEqualTo(catalogs(pair.evicted()));
        assertNothingIsStale();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void aReadBetweenTheTwoCommitsIsEvictedByTheSecond(Pair pair) throws SQLException {
    for (boolean isOneCommittedFirst : new boolean[] {true, false}) {
      cacheAll();
      try (Connection one = live.database().connect();
          Connection other = live.database().connect()) {
        LiveViews.execute(one, "BEGIN");
        LiveViews.execute(other, "BEGIN");
        LiveViews.execute(one, pair.one());
        LiveViews.execute(other, pair.other());
        LiveViews.execute(isOneCommittedFirst ? one : other, "COMMIT");
        live.awaitApplied();
        assertNothingIsStale();
        LiveViews.execute(isOneCommittedFirst ? other : one, "COMMIT");
        live.awaitApplied();
        assertNothingIsStale();
      }
    }
  }

  @Test
  void aChangeOfAProductWithoutAStoreEvictsNothing() throws SQLException {
    live.execute("UPDATE products SET store_id = NULL WHERE id = 1");
    live.awaitApplied();
    live.load("catalogs", SLUGS);
    assertThat(live.evictedBy("UPDATE products SET price = 5 WHERE id = 1")).isEmpty();
    assertThat(live.evictedBy("UPDATE products SET store_id = 3 WHERE id = 1"))
        .isEqualTo(catalogs(List.of("west")));
    assertNothingIsStale();
  }

  @Test
  void manyChangedRowsAreMappedInOneQueryPerBatch() throws SQLException {
    long before = Long.parseLong(live.ask("SELECT nextval('mappings')"));
    live.execute(
        """
        BEGIN;
        UPDATE products SET price = price + 1;
        UPDATE products SET price = price + 1 WHERE id < 10;
        INSERT INTO products SELECT p, p, 0 FROM generate_series(100, 2600) AS p;
        DELETE FROM products WHERE id = 1;
        COMMIT
        """);
    live.awaitApplied();
    long after = Long.parseLong(live.ask("SELECT nextval('mappings')"));

    assertThat(after - before - 1).as("keys queries for 2,541 changed rows").isEqualTo(1);
    assertThat(live.cached()).isEqualTo(catalogs(List.of("nord", "east")));
    assertNothingIsStale();
  }

  @Test
  @ExpectedLog("keys query failed, sweeping view=catalogs")
  void aKeysQueryThatFailsSweepsTheViewAndTheNextOnesAreExactAgain() throws SQLException {
    assertThat(live.evictedBy("INSERT INTO products VALUES (1000, 13, 0)"))
        .isEqualTo(catalogs(SLUGS));
    assertNothingIsStale();
    assertThat(live.evictedBy("UPDATE products SET price = 7 WHERE store_id = 1"))
        .isEqualTo(catalogs(List.of("north")));
    assertNothingIsStale();
  }

  @Test
  @ExpectedLog("it names more than 100000 entities")
  void aKeysQueryThatNamesVeryManyEntitiesSweepsTheView() throws SQLException {
    live.execute("INSERT INTO stores SELECT i, 's' || i FROM generate_series(1001, 101001) AS i");
    live.awaitApplied();

    assertThat(live.evictedBy("INSERT INTO products VALUES (1001, 99, 0)"))
        .isEqualTo(catalogs(SLUGS));
    assertNothingIsStale();
  }
}
