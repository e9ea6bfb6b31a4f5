package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.loading.Feature.Source;
import dev.freshet.view.RelationName;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever Postgres allows as a name, a schema, a table, a key column and a counted column may be
 * called.
 */
class NamesAndKeysIT {
  private static final List<String> NAMES =
      List.of(
          "we\"ird",
          "\"\"",
          "select",
          "a.b",
          "Ünï",
          "漢".repeat(21),
          "x".repeat(63),
          "MixedCase",
          "with space",
          " ",
          "a:b",
          ":x",
          "back\\slash",
          "it's",
          "?",
          "{d}",
          "%s",
          "$1",
          "--",
          "/*",
          ";",
          "tab\tand\nline",
          "😀",
          // what the trigger's own SQL is made of
          "new_rows",
          "old_rows",
          "o",
          "n",
          "r",
          "k",
          "logged",
          "changed",
          "is_broken",
          "changed_rows",
          "missing",
          "few",
          "slot",
          "written",
          "own",
          "new_key",
          "keys",
          "both_sides",
          "$body$");

  /** A table that is watched by its primary key, and all of whose columns count. */
  private static final String ALL_COLUMNS = "all columns";

  private static LiveViews live;

  static IntStream names() {
    return IntStream.range(0, NAMES.size());
  }

  @BeforeAll
  static void startDaemon() throws SQLException {
    live = watching(NAMES);
  }

  private static LiveViews watching(List<String> names) throws SQLException {
    StringBuilder tables = new StringBuilder();
    StringBuilder views = new StringBuilder();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      String quoted = RelationName.quoted(name);
      String counted = RelationName.quoted(counted(name));
      tables.append(
          """
          CREATE SCHEMA %1$s;
          CREATE TABLE %1$s.%1$s (%1$s bigint PRIMARY KEY, %2$s integer, other integer);
          INSERT INTO %1$s.%1$s SELECT i, 0, 0 FROM generate_series(1, 3) AS i;
          CREATE TABLE %1$s.%3$s (%1$s bigint PRIMARY KEY, %2$s integer);
          INSERT INTO %1$s.%3$s SELECT i, 0 FROM generate_series(6, 1, -1) AS i;
          """
              .formatted(quoted, counted, RelationName.quoted(ALL_COLUMNS)));
      String load = "SELECT %1$s AS id, %2$s AS v FROM %1$s.%1$s WHERE %1$s = ANY(:id::bigint[])";
      views.append(
          """
          name-%1$s:
            key: "name-%1$s:{id}"
            load: %2$s
            watch:
              - table: %3$s
                by: [%4$s]
                columns: [%5$s]
                keys: %6$s
              - table: %7$s
                by: [%4$s]
                keys: %6$s
          """
              .formatted(
                  i,
                  yaml(load.formatted(quoted, counted)),
                  yaml(new RelationName(name, name).sql()),
                  yaml(name),
                  yaml(counted(name)),
                  yaml("SELECT unnest(:%s) AS id".formatted(quoted)),
                  yaml(new RelationName(name, ALL_COLUMNS).sql())));
    }
    return LiveViews.start(tables.toString(), views.toString());
  }

  @AfterAll
  static void stopDaemon() throws SQLException {
    live.close();
  }

  /** Another name of the same kind. */
  private static String counted(String name) {
    return name.equals("k") ? "o" : name.length() > 20 ? name.substring(1) : name + "2";
  }

  private static String yaml(String text) {
    return '"'
        + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\t", "\\t")
        + '"';
  }

  @ParameterizedTest
  @MethodSource("names")
  void itsChangesEvictTheirKeysAndNoOthers(int i) throws SQLException {
    itsChangesEvictTheirKeysAndNoOthers(live, i, NAMES.get(i));
  }

  @Test
  void noNameEndsTheTriggerFunctionsBody() throws SQLException {
    List<String> names = List.of("$freshet$", "a$freshet$b");
    try (LiveViews own = watching(names)) {
      for (int i = 0; i < names.size(); i++) {
        itsChangesEvictTheirKeysAndNoOthers(own, i, names.get(i));
      }
    }
  }

  private static void itsChangesEvictTheirKeysAndNoOthers(LiveViews views, int i, String name)
      throws SQLException {
    RelationName relation = new RelationName(name, name);
    String table = relation.sql();
    String key = RelationName.quoted(name);
    String column = RelationName.quoted(counted(name));
    String view = "name-" + i;
    int wholeViewRows = views.wholeViewRows(relation.toString());
    views.load(view, List.of("1", "2", "3", "4"));
    assertThat(views.get(view, "1").source()).isEqualTo(Source.REDIS);

    assertThat(views.evictedBy("UPDATE %s SET %s = 5 WHERE %s = 1".formatted(table, column, key)))
        .containsExactly(view + ":1");
    assertThat(views.get(view, "1").json()).contains("5");
    assertThat(views.evictedBy("UPDATE %s SET %s = 4 WHERE %s = 2".formatted(table, key, key)))
        .containsExactly(view + ":2", view + ":4");
    assertThat(views.evictedBy("UPDATE %s SET other = 5".formatted(table))).isEmpty();
    views.load(view, List.of("1", "2", "3", "4"));
    assertThat(
            views.evictedBy(
                "UPDATE %s SET %s = 5 WHERE %s = 2"
                    .formatted(new RelationName(name, ALL_COLUMNS).sql(), column, key)))
        .containsExactly(view + ":2");
    views.load(view, List.of("1", "2", "3", "4"));
    assertThat(
            views.evictedBy(
                "UPDATE %s SET %s = 6"
                    .formatted(new RelationName(name, ALL_COLUMNS).sql(), column)))
        .containsExactly(view + ":1", view + ":2", view + ":3", view + ":4");
    assertThat(views.wholeViewRows(relation.toString()))
        .as("rows that say the whole view, for want of keys")
        .isEqualTo(wholeViewRows);
  }
}
