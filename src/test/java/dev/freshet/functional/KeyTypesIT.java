package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.loading.Feature.Source;
import dev.freshet.view.EntityKey;
import dev.freshet.view.MalformedKeyException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The loader and the triggers write the key of a row in the same way, byte for byte, and a row
 * answers to no other way of writing it.
 */
class KeyTypesIT {

  /**
   * A type of key columns.
   *
   * @param name of the view
   * @param type as SQL
   * @param values texts of its values, as the keys hold them
   * @param otherWays to write such values, which are keys of no row
   */
  record KeyType(String name, String type, List<String> values, List<String> otherWays) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<String> HOSTILE_TEXTS =
      List.of(
          "",
          " ",
          " a",
          "a ",
          ":",
          "\\",
          "\\:",
          ":\\",
          "a:b",
          "a\\b",
          "{id}",
          "{}",
          "}",
          "*",
          "?",
          "[a-c]",
          "line\nline",
          "tab\t",
          "\r",
          "it's",
          "\"quoted\"",
          "NULL",
          "a,b",
          "😀",
          "é",
          "e\u0301",
          "\u0001",
          "\u007f",
          "007");

  private static final List<KeyType> TYPES =
      List.of(
          new KeyType(
              "bigint",
              "bigint",
              List.of("7", "0", "-7", "9223372036854775807", "-9223372036854775808"),
              List.of("007", "+7", " 7", "7 ", "-0", "9223372036854775808", "7.0", "x", "")),
          new KeyType("integer", "integer", List.of("7", "-2147483648"), List.of("07", "0x7")),
          new KeyType("smallint", "smallint", List.of("7", "32767"), List.of("07", "32768")),
          new KeyType(
              "numeric",
              "numeric",
              List.of("1.50", "7", "0.0", "-3.000", "1000", "NaN"),
              List.of("1.5", "1.500", "7.0", "1e3", "+7", "0", "-0.0", "nan")),
          new KeyType("scaled", "numeric(10,2)", List.of("1.50"), List.of("1.5")),
          new KeyType(
              "boolean", "boolean", List.of("true", "false"), List.of("TRUE", "t", "1", "yes")),
          new KeyType(
              "uuid",
              "uuid",
              List.of("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
              List.of(
                  "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
                  "a0eebc999c0b4ef8bb6d6bb9bd380a11",
                  "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}")),
          new KeyType(
              "date",
              "date",
              List.of("2026-01-01", "0044-03-15 BC", "12026-12-31", "infinity", "-infinity"),
              List.of("2026-1-1", "20260101", "01/01/2026", "Jan 1 2026", "2026-13-01")),
          new KeyType("text", "text", HOSTILE_TEXTS, List.of("A:B", "a", "07")),
          new KeyType(
              "varchar",
              "varchar(9)",
              HOSTILE_TEXTS.stream().filter(text -> text.length() <= 9).toList(),
              List.of("A:B")),
          new KeyType("char", "char(4)", List.of("ab", "a:", "", " a"), List.of("ab  ", "ab ")),
          new KeyType("name", "name", List.of("a:b", "x".repeat(63)), List.of("x".repeat(64))),
          new KeyType("citext", "citext", List.of("AbC", "a:B"), List.of("abc", "ABC", "A:b")),
          new KeyType(
              "enum", "hidden.mood", List.of("a:b", "\\", "Ünï", "", " x"), List.of("A:B", "none")),
          new KeyType("enum-domain", "hidden.good_mood", List.of("a:b"), List.of("A:B")),
          new KeyType("text-domain", "slug", List.of("a:b", " "), List.of("A:B")),
          new KeyType("date-domain", "hidden.birthday", List.of("2026-01-01"), List.of("2026-1-1")),
          new KeyType("c-text", "text COLLATE \"C\"", HOSTILE_TEXTS, List.of("A:B")));

  private static final String SETUP =
      """
      CREATE EXTENSION citext;
      CREATE SCHEMA hidden;
      CREATE TYPE hidden.mood AS ENUM ('a:b', '\\', 'Ünï', '', ' x');
      CREATE DOMAIN hidden.good_mood AS hidden.mood CHECK (VALUE <> '\\');
      CREATE DOMAIN slug AS text CHECK (length(VALUE) < 10);
      CREATE DOMAIN hidden.day AS date;
      CREATE DOMAIN hidden.birthday AS hidden.day NOT NULL;
      -- a function of the application's that fits better than Postgres' own
      CREATE FUNCTION public.to_json(integer) RETURNS json LANGUAGE sql AS $$ SELECT '"not this"'::json $$;
      CREATE TABLE pairs (a text COLLATE "C", b text COLLATE "POSIX", v integer, PRIMARY KEY (a, b));
      CREATE TABLE triples (a bigint, b hidden.mood, c date, v integer, PRIMARY KEY (c, a, b));
      CREATE TABLE holes (a bigint, b text, v integer);
      """;

  private static final String COMPOSITES =
      """
      pairs:
        key: "pairs:{a}:x{b}"
        load: SELECT a, b, v FROM public.pairs WHERE (a, b) IN (SELECT * FROM unnest(:a, :b))
        watch:
          - table: public.pairs
      triples:
        key: "triples:{a}:{b}:{c}"
        load: SELECT a, b, c, v FROM public.triples WHERE (a, b, c) IN (SELECT * FROM unnest(:a::bigint[], :b::hidden.mood[], :c::date[]))
        watch:
          - table: public.triples
            columns: [v]
      holes:
        key: "holes:{a}:{b}"
        load: SELECT a, b, sum(v) AS v FROM public.holes WHERE (a, b) IN (SELECT * FROM unnest(:a::bigint[], :b)) GROUP BY a, b
        watch:
          - table: public.holes
      """;

  private static LiveViews live;

  static Stream<KeyType> types() {
    return TYPES.stream();
  }

  @BeforeAll
  static void startDaemon() throws SQLException {
    StringBuilder tables = new StringBuilder(SETUP);
    StringBuilder views = new StringBuilder(COMPOSITES);
    for (KeyType type : TYPES) {
      tables.append(
          "CREATE TABLE \"t-%1$s\" (id %2$s PRIMARY KEY, v integer);\n"
              .formatted(type.name(), type.type()));
      views.append(
          """
          %1$s:
            key: "%1$s:{id}"
            load: SELECT id, v FROM public."t-%1$s" WHERE id::%2$s = ANY(:id::%2$s[])
            watch:
              - table: 'public."t-%1$s"'
          """
              .formatted(type.name(), castOf(type)));
    }
    live = LiveViews.start(tables.toString(), views.toString());
  }

  @AfterAll
  static void stopDaemon() throws SQLException {
    live.close();
  }

  /** Postgres has no {@code =} for domains over enums. */
  private static String castOf(KeyType type) {
    return type.type().replaceAll(" COLLATE.*", "").replace("good_mood", "mood");
  }

  private static String relation(KeyType type) throws SQLException {
    return live.ask(
        "SELECT relation FROM freshet.watch WHERE name LIKE 'watch %s on %%'"
            .formatted(type.name()));
  }

  private static String textOf(String value) {
    return EntityKey.of(value).text();
  }

  @ParameterizedTest
  @MethodSource("types")
  void theLoaderAndTheTriggersAgreeOnEachKey(KeyType type) throws SQLException {
    String table = "public.\"t-%s\"".formatted(type.name());
    int logged = live.loggedKeys(relation(type)).size();
    int wholeViewRows = live.wholeViewRows(relation(type));
    for (String value : type.values()) {
      live.execute("INSERT INTO %s VALUES (%s, 0)".formatted(table, LiveViews.literal(value)));
    }
    List<String> all = live.loggedKeys(relation(type));
    assertThat(all.subList(logged, all.size()))
        .containsExactlyElementsOf(type.values().stream().map(KeyTypesIT::textOf).toList());
    live.awaitApplied();

    List<String> cacheKeys = new ArrayList<>();
    for (String value : type.values()) {
      assertThat(live.get(type.name(), textOf(value)).json()).as("`%s`", value).contains("0");
      assertThat(live.get(type.name(), textOf(value)).source()).isEqualTo(Source.REDIS);
      cacheKeys.add(type.name() + ":" + textOf(value));
    }
    assertThat(live.cached()).containsAll(cacheKeys);
    for (int i = 0; i < cacheKeys.size(); i++) {
      String row = LiveViews.literal(type.values().get(i));
      assertThat(
              live.evictedBy(
                  "UPDATE %s SET v = 1 WHERE id::%s = %s".formatted(table, castOf(type), row)))
          .containsExactly(cacheKeys.get(i));
    }
    assertThat(live.evictedBy("DELETE FROM " + table)).isEmpty();
    live.awaitApplied();
    assertThat(live.wholeViewRows(relation(type))).isEqualTo(wholeViewRows);
  }

  @ParameterizedTest
  @MethodSource("types")
  void aRowAnswersToNoOtherWayOfWritingItsKey(KeyType type) throws SQLException {
    String table = "public.\"t-%s\"".formatted(type.name());
    live.execute("DELETE FROM " + table);
    for (String value : type.values()) {
      live.execute("INSERT INTO %s VALUES (%s, 0)".formatted(table, LiveViews.literal(value)));
    }
    live.awaitApplied();
    for (String other : type.otherWays()) {
      Set<String> before = live.cached();
      try {
        assertThat(live.get(type.name(), textOf(other)).isAbsent()).as("`%s`", other).isTrue();
        before.add(type.name() + ":" + textOf(other));
      } catch (MalformedKeyException e) {
        assertThat(e).hasMessageContaining("`%s` cannot be a key".formatted(textOf(other)));
      }
      Shop.soon() // a lease for a key that cannot be is given back after the reply
          .untilAsserted(
              () -> assertThat(live.cached()).as("under its own name only").isEqualTo(before));
    }
    for (String value : type.values()) {
      assertThat(live.get(type.name(), textOf(value)).json()).as("`%s`", value).contains("0");
    }
    live.execute("DELETE FROM " + table);
    live.redis().keys(type.name() + ":*").forEach(key -> live.redis().del(key));
  }

  @Test
  void numericKeysThatAreEqualButWrittenDifferentlyAreTwoEntities() throws SQLException {
    live.execute("INSERT INTO public.\"t-numeric\" VALUES (1.50, 0)");
    live.awaitApplied();
    live.load("numeric", List.of("1.50", "1.5"));

    assertThat(live.evictedBy("UPDATE public.\"t-numeric\" SET id = 1.5"))
        .containsExactly("numeric:1.5", "numeric:1.50");
    assertThat(live.get("numeric", "1.5").json()).contains("0");
    assertThat(live.get("numeric", "1.50").isAbsent()).isTrue();
    live.execute("DELETE FROM public.\"t-numeric\"");
  }

  @Test
  void twoTextsOfWhateverCollationsAreAKey() throws SQLException {
    List<EntityKey> keys = new ArrayList<>();
    for (String a : List.of("", ":", "\\", "a:", "x", "😀")) {
      for (String b : List.of("", ":", "\\", ":a", "x", " ")) {
        keys.add(EntityKey.of(a, b));
        live.execute(
            "INSERT INTO pairs VALUES (%s, %s, 0)"
                .formatted(LiveViews.literal(a), LiveViews.literal(b)));
      }
    }
    List<String> texts = keys.stream().map(EntityKey::text).toList();
    assertThat(live.loggedKeys("public.pairs")).containsExactlyElementsOf(texts);
    live.awaitApplied();
    live.load("pairs", texts);
    for (EntityKey key : keys) {
      String a = EntityKey.of(key.values().get(0)).text();
      String b = EntityKey.of(key.values().get(1)).text();
      assertThat(live.get("pairs", key.text()).json()).as("%s", key).contains("0");
      assertThat(
              live.evictedBy(
                  "UPDATE pairs SET v = 1 WHERE a = %s AND b = %s"
                      .formatted(
                          LiveViews.literal(key.values().get(0)),
                          LiveViews.literal(key.values().get(1)))))
          .containsExactly("pairs:" + a + ":x" + b);
    }
  }

  @Test
  void threeColumnsInAnotherOrderThanThePrimaryKeysAreAKey() throws SQLException {
    live.execute(
        "INSERT INTO triples VALUES (7, 'a:b', '2026-01-01', 1), (7, '', '2026-01-01', 2), (7, '\\', '0044-03-15 BC', 3)");
    live.awaitApplied();
    List<String> keys = List.of("7:a\\:b:2026-01-01", "7::2026-01-01", "7:\\\\:0044-03-15 BC");
    live.load("triples", keys);

    assertThat(keys).allSatisfy(key -> assertThat(live.holds("triples:" + key)).isTrue());
    assertThat(live.evictedBy("UPDATE triples SET v = 9 WHERE b = 'a:b'"))
        .containsExactly("triples:" + keys.get(0));
    assertThat(live.evictedBy("UPDATE triples SET v = v + 1 WHERE b <> 'a:b'"))
        .containsExactlyInAnyOrder("triples:" + keys.get(1), "triples:" + keys.get(2));
  }

  @Test
  void rowsWithANullInTheKeyAreNoEntitiesAndFailNobody() throws SQLException {
    live.load("holes", List.of("1:a", "2:", "3:c"));
    assertThat(
            live.evictedBy(
                "INSERT INTO holes VALUES (NULL, NULL, 1), (1, NULL, 2), (NULL, 'a', 3), (2, '', 4)"))
        .containsExactly("holes:2:");
    live.load("holes", List.of("2:"));
    assertThat(live.evictedBy("UPDATE holes SET v = 9 WHERE a IS NULL OR b IS NULL")).isEmpty();
    assertThat(live.evictedBy("UPDATE holes SET a = 1, b = 'a' WHERE v = 9 AND a = 1"))
        .containsExactly("holes:1:a");
    assertThat(live.get("holes", "1:a").json()).contains("9");
    assertThat(live.evictedBy("UPDATE holes SET b = NULL WHERE a = 1"))
        .containsExactly("holes:1:a");
    assertThat(live.evictedBy("DELETE FROM holes")).containsExactly("holes:2:");
  }
}
