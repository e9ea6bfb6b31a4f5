package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.servers.ExpectedLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements on a table that is watched by its primary key: of no row, a few and many. */
@ExpectedLog("eviction stopped, trying again: the change log speaks of watch") // until it has read
class PrimaryKeyCaptureIT {
  private static final String TABLES =
      """
      CREATE TABLE items (id bigint PRIMARY KEY, value integer);
      INSERT INTO items SELECT i, 0 FROM generate_series(1, 20) AS i;
      CREATE TABLE prices (sku text, since date, amount numeric, PRIMARY KEY (sku, since));
      INSERT INTO prices SELECT 'a:' || i, '2024-02-29', 0 FROM generate_series(1, 20) AS i;
      CREATE DOMAIN page_number AS smallint CHECK (VALUE > 0);
      CREATE TABLE pages (number page_number PRIMARY KEY, words integer);
      """;

  private static final String VIEWS =
      """
      items:
        key: "items:{id}"
        load: SELECT id, value FROM public.items WHERE id = ANY(:id::bigint[])
        watch: [{table: public.items}]
      prices:
        key: "prices:{sku}:{since}"
        load: SELECT sku, since, amount FROM public.prices JOIN unnest(:sku::text[], :since::date[]) AS wanted (sku, since) USING (sku, since)
        watch: [{table: public.prices}]
      pages:
        key: "pages:{number}"
        load: SELECT number, words FROM public.pages WHERE number = ANY(:number::smallint[])
        watch: [{table: public.pages}]
      """;

  private static final List<String> ITEMS =
      IntStream.rangeClosed(1, 30).mapToObj(Integer::toString).toList();

  private LiveViews live;

  @BeforeEach
  void start() throws SQLException {
    live = LiveViews.start(TABLES, VIEWS);
  }

  @AfterEach
  void stop() throws SQLException {
    live.close();
  }

  private static Set<String> entities(int first, int rows) {
    return IntStream.range(first, first + rows)
        .mapToObj(i -> "items:" + i)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 20})
  void itsKeysAreEvictedAndNoOthers(int rows) throws SQLException {
    live.load("items", ITEMS);
    assertThat(live.evictedBy("UPDATE items SET value = 1 WHERE id <= " + rows))
        .isEqualTo(entities(1, rows));
    live.load("items", ITEMS);
    assertThat(live.evictedBy("DELETE FROM items WHERE id > " + (20 - rows)))
        .isEqualTo(entities(21 - rows, rows));
    live.load("items", ITEMS);
    assertThat(
            live.evictedBy(
                "INSERT INTO items SELECT i, 0 FROM generate_series(%s, 20) AS i"
                    .formatted(21 - rows)))
        .isEqualTo(entities(21 - rows, rows));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1", "3, 3", "4, 4", "5, 5", "6, 5", "20, 5"})
  void aFewRowsAreLoggedOneByOneAndMoreTogether(int rows, int logged) throws SQLException {
    assertThat(
            live.rowsLoggedBy(
                "public.items", "UPDATE items SET value = 1 WHERE id <= %s".formatted(rows)))
        .isEqualTo(logged);
    assertThat(live.loggedKeys("public.items")).hasSize(rows).doesNotHaveDuplicates();
  }

  @Test
  void aRowOfTheLogHoldsAThousandKeysAtMost() throws SQLException {
    assertThat(
            live.rowsLoggedBy(
                "public.pages", "INSERT INTO pages SELECT i, 0 FROM generate_series(1, 2504) AS i"))
        .as("four by themselves, and three of the others")
        .isEqualTo(7);
    assertThat(live.ask("SELECT max(cardinality(keys)) FROM freshet.change_log")).isEqualTo("1000");
    assertThat(live.loggedKeys("public.pages"))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(1, 2504).mapToObj(Integer::toString).toList());
  }

  @Test
  void theKeysAreCompressedByLz4WhereTheServerHasIt() throws SQLException {
    boolean hasLz4 =
        live.ask(
                "SELECT count(*) FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)")
            .equals("1");
    assertThat(
            live.ask(
                "SELECT string_agg(coalesce(to_jsonb(a) ->> 'attcompression', ''), '' ORDER BY attrelid) FROM pg_attribute AS a JOIN pg_inherits ON inhrelid = attrelid WHERE inhparent = 'freshet.change_log'::regclass AND attname = 'keys'"))
        .isEqualTo(hasLz4 ? "llll" : "");
  }

  @Test
  void aTruncatedTableIsOneRowForTheWholeView() throws SQLException {
    int before = live.wholeViewRows("public.items");
    assertThat(live.rowsLoggedBy("public.items", "TRUNCATE items")).isEqualTo(1);
    assertThat(live.wholeViewRows("public.items")).isEqualTo(before + 1);
  }

  @Test
  void aStatementThatChangesNothingCostsNoTransactionId() throws SQLException {
    live.execute("BEGIN; UPDATE items SET value = 1 WHERE id = -1");
    assertThat(live.list("SELECT pg_current_xact_id_if_assigned()::text"))
        .hasSize(1)
        .containsOnlyNulls();
    live.execute("COMMIT");
  }

  @Test
  void whatAWriterLogsHasTheWritersOwnTransactionId() throws SQLException {
    live.execute("BEGIN; UPDATE items SET value = 1 WHERE id = 1");
    assertThat(
            live.ask(
                "SELECT (c.xmin = pg_current_xact_id()::xid)::text FROM freshet.change_log AS c WHERE xid = pg_current_xact_id()"))
        .isEqualTo("true");
    live.execute("COMMIT");
  }

  @Test
  void bothColumnsOfAKeyAreLoggedWhateverTheWritersSettings() throws SQLException {
    live.load("prices", List.of("a\\:1:2024-02-29", "a\\:2:2024-02-29"));
    assertThat(
            live.evictedBy(
                "SET datestyle = 'German'; SET standard_conforming_strings = off; UPDATE prices SET amount = 1 WHERE sku = 'a:1'"))
        .containsExactly("prices:a\\:1:2024-02-29");
  }

  @ParameterizedTest
  @CsvSource({
    "items, id, UPDATE items SET value = 1",
    "prices, sku, UPDATE prices SET amount = 1",
    "prices, since, UPDATE prices SET amount = 1"
  })
  @ExpectedLog("not ready: view ")
  void aRenamedColumnOfTheKeyFailsNoWriter(String table, String column, String update)
      throws SQLException {
    String relation = "public." + table;
    try (Connection session = live.database().connect();
        Statement writer = session.createStatement()) {
      writer.execute(update + " WHERE false");
      writer.execute(update);
      live.execute("ALTER TABLE %s RENAME COLUMN %s TO renamed".formatted(table, column));
      String one = " WHERE ctid = (SELECT max(ctid) FROM %s)".formatted(table);
      for (String rows : List.of(one, "")) {
        int before = live.wholeViewRows(relation);
        int keys = live.loggedKeys(relation).size();
        writer.clearWarnings();
        writer.execute(update + rows);
        assertThat(LiveViews.warning(writer))
            .contains(relation + " could not be computed")
            .contains("freshet migrate");
        assertThat(live.wholeViewRows(relation)).isGreaterThan(before);
        assertThat(live.loggedKeys(relation)).hasSize(keys);
      }
      writer.execute(update + " WHERE false");
      live.awaitNotReady("%s has no column %s any more".formatted(relation, column));

      live.execute("ALTER TABLE %s RENAME COLUMN renamed TO %s".formatted(table, column));
      live.awaitReady();
      int before = live.wholeViewRows(relation);
      int keys = live.loggedKeys(relation).size();
      writer.execute(update + one);
      assertThat(live.wholeViewRows(relation)).isEqualTo(before);
      assertThat(live.loggedKeys(relation)).hasSize(keys + 1);
    }
  }
}
