package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.functional.WaysToChangeRows.Way;
import dev.freshet.loading.Feature.Source;
import dev.freshet.servers.ExpectedLog;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Watches on tables that others inherit from see what is written to those. */
@ExpectedLog("not ready: ")
@ExpectedLog("eviction stopped, trying again: the change log speaks of watch")
class InheritedTablesIT {
  private static final String TABLES =
      """
      CREATE TABLE animals (id bigint, name text);
      CREATE TABLE cats (lives integer) INHERITS (animals);
      CREATE TABLE dogs (dropped integer) INHERITS (animals);
      ALTER TABLE dogs DROP COLUMN dropped;
      CREATE TABLE puppies (weeks integer) INHERITS (dogs);
      CREATE TABLE plants (id bigint PRIMARY KEY, name text);
      INSERT INTO plants VALUES (1, 'a'), (2, 'b');
      CREATE TABLE trees () INHERITS (plants);
      CREATE TABLE stones (id bigint PRIMARY KEY, name text);
      CREATE TABLE pebbles () INHERITS (stones);
      INSERT INTO stones VALUES (1, 'a');
      INSERT INTO pebbles VALUES (2, 'b');
      CREATE TABLE parts (id bigint PRIMARY KEY, name text);
      INSERT INTO parts VALUES (1, 'a');
      CREATE TABLE plain (id bigint PRIMARY KEY, name text);
      INSERT INTO plain VALUES (1, 'a');
      """;

  private static final List<String> VIEWS =
      List.of("animals", "plants", "stones", "parts", "plain");
  private static final List<String> ANIMALS = List.of("1", "2", "3", "4", "5");

  private static LiveViews live;

  @BeforeAll
  static void startDaemon() throws SQLException {
    StringBuilder views = new StringBuilder();
    for (String table : VIEWS) {
      views.append(
          """
          %1$s:
            key: "%1$s:{id}"
            load: SELECT id, name FROM public.%1$s WHERE id = ANY(:id::bigint[])
            watch: [{table: public.%1$s}]
          """
              .formatted(table));
    }
    live = LiveViews.start(TABLES, views.toString());
  }

  @AfterAll
  static void stopDaemon() throws SQLException {
    live.close();
  }

  static Stream<Way> waysToChangeRows() {
    return Stream.of(
        new Way("INSERT into the parent", "INSERT INTO animals VALUES (5, 'e')", "animals:5"),
        new Way("INSERT into a child", "INSERT INTO cats VALUES (5, 'e', 7)", "animals:5"),
        new Way("INSERT into a grandchild", "INSERT INTO puppies VALUES (5, 'e', 7)", "animals:5"),
        new Way(
            "UPDATE of all",
            "UPDATE animals SET name = 'x'",
            "animals:1 animals:2 animals:3 animals:4"),
        new Way("UPDATE of the parent only", "UPDATE ONLY animals SET name = 'x'", "animals:1"),
        new Way(
            "UPDATE of a child and its child", "UPDATE dogs SET name = 'x'", "animals:3 animals:4"),
        new Way("UPDATE of a column of a child", "UPDATE cats SET lives = 8", "animals:2"),
        new Way("UPDATE of a grandchild's key", "UPDATE puppies SET id = 5", "animals:4 animals:5"),
        new Way("DELETE of all", "DELETE FROM animals WHERE id > 2", "animals:3 animals:4"),
        new Way("DELETE from a child", "DELETE FROM cats", "animals:2"),
        new Way("DELETE of nothing", "DELETE FROM ONLY animals WHERE id = 2", ""),
        new Way(
            "COPY into a grandchild",
            "COPY puppies FROM PROGRAM 'echo 5,e,1' (FORMAT csv)",
            "animals:5"),
        new Way("TRUNCATE of the parent only", "TRUNCATE ONLY animals", "animals:*"),
        new Way("TRUNCATE of a grandchild", "TRUNCATE puppies", "animals:*"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("waysToChangeRows")
  void itEvictsExactlyTheKeysOfTheRowsThatItChanges(Way way) throws SQLException {
    live.execute(
        "DELETE FROM animals; INSERT INTO animals VALUES (1, 'a'); INSERT INTO cats VALUES (2, 'b', 9); INSERT INTO dogs VALUES (3, 'c'); INSERT INTO puppies VALUES (4, 'd', 1)");
    live.awaitApplied();
    live.load("animals", ANIMALS);
    Set<String> expected = new TreeSet<>(way.evictedKeys());
    expected.removeIf(key -> !ANIMALS.contains(key.substring(key.indexOf(':') + 1)));
    assertThat(live.evictedBy(way.sql())).isEqualTo(expected);
  }

  private static void assertNothingIsFilled(String view, String key) {
    assertThat(live.get(view, key).source()).isEqualTo(Source.POSTGRES);
    assertThat(live.get(view, key).source()).isEqualTo(Source.POSTGRES);
    assertThat(live.holds(view + ":" + key)).isFalse();
  }

  private static void assertMigrateMakesItReadyAgain(String view, String reason) {
    assertThat(live.pending())
        .singleElement()
        .asString()
        .startsWith("watch %s on public.%s by id (".formatted(view, view))
        .contains(reason);
    assertThat(live.migrate()).hasSize(1);
    live.awaitReady();
  }

  @Test
  void aChildAddedLaterMakesTheViewNotReadyUntilMigrate() throws SQLException {
    live.load("plants", List.of("1", "2"));
    Map<String, String> before = Map.of("plants", live.epoch("plants"));
    live.execute("CREATE TABLE mosses () INHERITS (plants); INSERT INTO mosses VALUES (3, 'c')");
    live.awaitNotReady("mosses, a part of public.plants, is missing");
    live.awaitSwept(before);
    assertThat(live.holds("plants:1")).isFalse();
    assertNothingIsFilled("plants", "3");
    assertThat(live.get("plants", "3").json()).contains("\"c\"");

    assertMigrateMakesItReadyAgain("plants", "mosses");
    live.awaitApplied();
    live.load("plants", List.of("1", "3"));
    assertThat(live.evictedBy("UPDATE mosses SET name = 'x'")).containsExactly("plants:3");
    assertThat(live.get("plants", "3").json()).contains("\"x\"");
  }

  @Test
  void aChildThatLeavesTakesItsRowsAlongAndTheViewStaysReady() throws SQLException {
    live.load("stones", List.of("1", "2"));
    live.awaitSweptBy("stones", "ALTER TABLE pebbles NO INHERIT stones");
    assertThat(live.get("stones", "2").isAbsent()).isTrue();
    live.load("stones", List.of("1"));
    assertThat(live.evictedBy("UPDATE stones SET name = 'x' WHERE id = 1"))
        .containsExactly("stones:1");
    assertThat(live.daemon().status().isReady()).isTrue();

    assertMigrateMakesItReadyAgain("stones", "asks for other triggers");
    assertThat(
            live.ask(
                "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'pebbles'::regclass AND tgname LIKE 'freshet%'"))
        .isEqualTo("0");
  }

  @Test
  void aTableThatBecomesAPartitionIsNotReadyUntilMigrate() throws SQLException {
    live.load("parts", List.of("1"));
    Map<String, String> before = Map.of("parts", live.epoch("parts"));
    live.execute(
        "CREATE TABLE whole (LIKE parts) PARTITION BY RANGE (id); ALTER TABLE whole ATTACH PARTITION parts FOR VALUES FROM (0) TO (10)");
    live.awaitNotReady("public.parts has become a part of another table");
    live.awaitSwept(before);
    assertNothingIsFilled("parts", "1");

    assertMigrateMakesItReadyAgain("parts", "has become a part");
    live.awaitApplied();
    live.load("parts", List.of("1"));
    assertThat(live.evictedBy("UPDATE whole SET name = 'x'")).containsExactly("parts:1");
  }

  @Test
  void aTableThatBecomesAParentIsNotReadyUntilMigrate() throws SQLException {
    live.load("plain", List.of("1"));
    live.execute("CREATE TABLE fancy () INHERITS (plain); INSERT INTO fancy VALUES (2, 'b')");
    live.awaitNotReady("public.plain");
    assertNothingIsFilled("plain", "1");

    assertMigrateMakesItReadyAgain("plain", "plain");
    live.awaitApplied();
    live.load("plain", List.of("1", "2"));
    assertThat(live.evictedBy("UPDATE fancy SET name = 'x'")).containsExactly("plain:2");
    assertThat(live.evictedBy("UPDATE plain SET name = 'y' WHERE id = 1"))
        .containsExactly("plain:1");
  }
}
