package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A watch with {@code columns} logs the rows whose listed columns changed, and no others. */
class ColumnFilterIT {
  private static final String TABLES =
      """
      CREATE EXTENSION citext;
      CREATE EXTENSION ltree;
      CREATE TYPE mood AS ENUM ('good', 'bad');
      CREATE DOMAIN good_mood AS mood CHECK (VALUE = 'good');
      CREATE TABLE facts (
        id bigint PRIMARY KEY, other text, other2 json,
        a_text text, a_numeric numeric, a_citext citext, a_json json, a_jsonb jsonb, a_xml xml, a_point point,
        an_array integer[], a_float double precision, a_bytea bytea, an_interval interval, a_big text);
      INSERT INTO facts SELECT i, 'x', '{}', 'a', 1.50, 'a', '{"a": 1}', '{"a": 1}', '<a/>', '(1,2)', '{1,2}', 0, '\\x00', '1 day', repeat(md5(i::text), 300)
        FROM generate_series(1, 5) AS i;
      CREATE TABLE keyless (id bigint, value integer, other integer);
      INSERT INTO keyless VALUES (1, 0, 0), (2, 0, 0);
      CREATE TABLE pairs (a bigint, b citext, id bigint, value integer, other integer, PRIMARY KEY (b, a));
      INSERT INTO pairs VALUES (1, 'x', 11, 0, 0), (1, 'y', 12, 0, 0), (2, 'x', 13, 0, 0);
      CREATE TABLE swaps (id bigint PRIMARY KEY DEFERRABLE, value integer, other integer);
      CREATE TABLE many (id bigint PRIMARY KEY, value integer, other integer);
      INSERT INTO many SELECT i, 0, 0 FROM generate_series(1, 2000) AS i;
      CREATE TABLE trees (path ltree PRIMARY KEY, id bigint, value integer, other integer);
      INSERT INTO trees VALUES ('a.b', 1, 0, 0), ('a.c', 2, 0, 0);
      CREATE TABLE moods (mood good_mood PRIMARY KEY, id bigint, value integer, other integer);
      INSERT INTO moods VALUES ('good', 1, 0, 0);
      """;

  private static final String VIEW =
      """
      %1$s:
        key: "%1$s:{id}"
        load: SELECT id, %2$s FROM public.%1$s WHERE id = ANY(:id::bigint[])
        watch:
          - table: public.%1$s
            columns: [%2$s]
      """;

  private static LiveViews live;

  @BeforeAll
  static void startDaemon() throws SQLException {
    StringBuilder views = new StringBuilder();
    views.append(
        VIEW.formatted(
            "facts",
            "a_text, a_numeric, a_citext, a_json, a_jsonb, a_xml, a_point, an_array, a_float, a_bytea, an_interval, a_big"));
    for (String table : List.of("keyless", "pairs", "many", "swaps", "trees", "moods")) {
      views.append(VIEW.formatted(table, "value"));
    }
    live = LiveViews.start(TABLES, views.toString());
  }

  @AfterAll
  static void stopDaemon() throws SQLException {
    live.close();
  }

  /** The keys that a statement logs; {@code *} for the whole view. */
  private static List<String> logged(String table, String sql) throws SQLException {
    live.execute("TRUNCATE freshet.change_log");
    live.execute(sql);
    return live.list(
        "SELECT k FROM freshet.change_log AS c JOIN freshet.watch AS w ON w.id = c.watch_id CROSS JOIN unnest(coalesce(c.keys, '{*}')) AS k WHERE w.relation = 'public.%s' ORDER BY k COLLATE \"C\""
            .formatted(table));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a text           | a_text = 'b'",
        "a text to null   | a_text = NULL",
        "null to a text   | a_text = ''",
        "1.50 to 1.5      | a_numeric = 1.5",
        "citext case      | a_citext = 'A'",
        "json spaces      | a_json = '{\"a\":1}'",
        "jsonb            | a_jsonb = '{\"a\": 1.0}'",
        "xml              | a_xml = '<a></a>'",
        "point            | a_point = '(1,2.0000001)'",
        "an array         | an_array = '[0:1]={1,2}'",
        "0 to -0          | a_float = '-0'",
        "bytes            | a_bytea = '\\x0000'",
        "1 day to 24 h    | an_interval = '24 hours'",
        "a long text      | a_big = concat(a_big, '.')",
        "one of two       | other = 'y', a_text = 'z'"
      })
  void aChangeOfAListedColumnCounts(String what, String assignment) throws SQLException {
    assertThat(logged("facts", "UPDATE facts SET %s WHERE id = 3".formatted(assignment)))
        .as(what)
        .containsExactly("3");
  }

  @Test
  void aChangeOfOtherColumnsLogsNothing() throws SQLException {
    assertThat(logged("facts", "UPDATE facts SET other = 'z', other2 = '[]'")).isEmpty();
    assertThat(logged("facts", "UPDATE facts SET other = NULL WHERE id < 3")).isEmpty();
    assertThat(live.ask("SELECT count(*) FROM freshet.change_log")).isEqualTo("0");
  }

  @Test
  void theSameValueAgainLogsNothing() throws SQLException {
    assertThat(
            logged(
                "facts",
                "UPDATE facts SET a_text = a_text, a_json = a_json, a_big = a_big || '', a_point = a_point WHERE id < 3"))
        .isEmpty();
  }

  @Test
  void insertsAndDeletesCount() throws SQLException {
    assertThat(logged("facts", "INSERT INTO facts (id) VALUES (9)")).containsExactly("9");
    assertThat(logged("facts", "UPDATE facts SET other = 'z' WHERE id = 9")).isEmpty();
    assertThat(logged("facts", "DELETE FROM facts WHERE id = 9")).containsExactly("9");
  }

  @Test
  void aChangeOfTheKeyCounts() throws SQLException {
    assertThat(logged("facts", "UPDATE facts SET id = 20 WHERE id = 4")).containsExactly("20", "4");
    assertThat(logged("facts", "UPDATE facts SET id = 4 WHERE id = 20")).containsExactly("20", "4");
  }

  @Test
  void rowsThatSwapTheirKeysCountIfTheirColumnsDiffer() throws SQLException {
    live.execute("INSERT INTO swaps VALUES (1, 0, 1), (2, 0, 2), (11, 5, 0), (12, 6, 0)");
    assertThat(logged("swaps", "UPDATE swaps SET id = 23 - id WHERE id > 10"))
        .containsExactly("11", "12");
    assertThat(logged("swaps", "UPDATE swaps SET id = 3 - id WHERE id < 3"))
        .as("as if nothing had happened to the listed columns")
        .isEmpty();
  }

  @Test
  void theKeyOfAViewThatIsNotThePrimaryKeyCounts() throws SQLException {
    assertThat(logged("pairs", "UPDATE pairs SET other = 1")).isEmpty();
    assertThat(logged("pairs", "UPDATE pairs SET value = 1 WHERE a = 1 AND b = 'x'"))
        .containsExactly("11");
    assertThat(logged("pairs", "UPDATE pairs SET id = 21 WHERE id = 11"))
        .containsExactly("11", "21");
    assertThat(logged("pairs", "UPDATE pairs SET a = 9 WHERE id = 12")).containsExactly("12");
  }

  @Test
  void aTableWithoutAPrimaryKeyCountsEveryChange() throws SQLException {
    assertThat(logged("keyless", "UPDATE keyless SET other = 1 WHERE id = 1")).containsExactly("1");
    assertThat(logged("keyless", "UPDATE keyless SET value = 1 WHERE id = 2")).containsExactly("2");
  }

  @Test
  void primaryKeysOfTypesThatExtensionsBringArePairedToo() throws SQLException {
    assertThat(logged("trees", "UPDATE trees SET other = 1")).isEmpty();
    assertThat(logged("trees", "UPDATE trees SET value = 1 WHERE path = 'a.b'"))
        .containsExactly("1");
  }

  @Test
  void primaryKeysOfDomainsOverEnumsArePairedToo() throws SQLException {
    assertThat(logged("moods", "UPDATE moods SET other = 1")).isEmpty();
    assertThat(logged("moods", "UPDATE moods SET value = 1")).containsExactly("1");
  }

  @Test
  void oneChangedRowAmongManyIsTheOnlyOneLogged() throws SQLException {
    assertThat(
            logged(
                "many",
                "UPDATE many SET other = other + 1, value = CASE WHEN id = 1234 THEN 1 ELSE value END"))
        .containsExactly("1234");
    assertThat(logged("many", "UPDATE many SET other = other + 1")).isEmpty();
    assertThat(logged("many", "UPDATE many SET value = value + 1 WHERE id <= 1001"))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(1, 1001).mapToObj(Integer::toString).toList());
  }
}
