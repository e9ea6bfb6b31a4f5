package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.loading.Feature.Source;
import dev.freshet.postgres.NotMigratedException;
import dev.freshet.servers.ExpectedLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What fires no trigger is found in the shape of the watched tables, and answered by a sweep. */
@ExpectedLog("not ready: ")
@ExpectedLog("eviction stopped, trying again: the change log speaks of watch")
class ShapeIT {
  private static final List<String> ENTITIES = List.of("1", "2", "3");

  /** What changes a view's table of the same name without a trigger. */
  private static final Map<String, String> SWEPT =
      Map.of(
          "rewritten", "ALTER TABLE rewritten ALTER COLUMN value TYPE integer USING value + 1",
          "readded", "ALTER TABLE readded DROP COLUMN value, ADD COLUMN value integer DEFAULT 7",
          "added", "ALTER TABLE added ADD COLUMN further integer",
          "vacuumed", "VACUUM FULL vacuumed",
          "toggled",
              "BEGIN; ALTER TABLE toggled DISABLE TRIGGER ALL; UPDATE toggled SET value = 5; ALTER TABLE toggled ENABLE TRIGGER ALL; COMMIT");

  /**
   * @param sql after which changes of the view's table of the same name are not seen
   * @param why as people are told
   */
  private record Defect(String sql, String why) {}

  private static final Map<String, Defect> DEFECTS =
      Map.of(
          "swapped",
              new Defect(
                  "CREATE TABLE other (LIKE swapped INCLUDING ALL); INSERT INTO other VALUES (1, 9); ALTER TABLE swapped RENAME TO swapped_old; ALTER TABLE other RENAME TO swapped",
                  "its INSERT trigger is not on the table that has the name now, but on swapped_old"),
          "recreated",
              new Defect(
                  "DROP TABLE recreated; CREATE TABLE recreated (id bigint PRIMARY KEY, value integer)",
                  "its INSERT trigger is missing"),
          "disabled", new Defect("ALTER TABLE disabled DISABLE TRIGGER ALL", "_insert is disabled"),
          "disabled_one",
              new Defect(
                  ofTrigger("disabled_one", "ALTER TABLE %2$s DISABLE TRIGGER %1$s"),
                  "_update is disabled"),
          "replica",
              new Defect(
                  ofTrigger("replica", "ALTER TABLE %2$s ENABLE REPLICA TRIGGER %1$s"),
                  "_update is disabled"),
          "untriggered",
              new Defect(
                  ofTrigger("untriggered", "DROP TRIGGER %1$s ON %2$s"),
                  "its UPDATE trigger is missing"),
          "functionless",
              new Defect(
                  "DO $$ BEGIN EXECUTE (SELECT format('DROP FUNCTION freshet.watch_%s() CASCADE', id) FROM freshet.watch WHERE relation = 'public.functionless' AND retired_at IS NULL); END $$",
                  "is missing"));

  private static String ofTrigger(String table, String statement) {
    return "DO $$ BEGIN EXECUTE (SELECT format('%s', tgname, '%s') FROM pg_trigger WHERE tgrelid = '%s'::regclass AND tgname LIKE 'freshet%%update'); END $$"
        .formatted(statement, table, table);
  }

  private static String tables(Iterable<String> names) {
    StringBuilder sql = new StringBuilder();
    for (String name : names) {
      sql.append(
          "CREATE TABLE %1$s (id bigint PRIMARY KEY, value integer, note text); INSERT INTO %1$s VALUES (1, 0), (2, 0);\n"
              .formatted(name));
    }
    return sql.toString();
  }

  private static String views(Iterable<String> names) {
    StringBuilder views = new StringBuilder();
    names.forEach(name -> views.append(view(name, "value")));
    return views.toString();
  }

  private static String view(String name, String counted) {
    return """
        %1$s:
          key: "%1$s:{id}"
          load: SELECT id, (to_jsonb(t) ->> 'value')::integer AS value FROM public.%2$s AS t WHERE id = ANY(:id::bigint[])
          watch: [{table: public.%2$s, columns: [%3$s]}]
        """
        .formatted(viewOf(name), name, counted);
  }

  private static String viewOf(String table) {
    return table.replace('_', '-');
  }

  private static LiveViews start(String... tables) throws SQLException {
    return start(List.of(tables));
  }

  private static LiveViews start(Iterable<String> tables) throws SQLException {
    LiveViews live = LiveViews.start(tables(tables), views(tables));
    tables.forEach(table -> live.load(viewOf(table), ENTITIES));
    return live;
  }

  private static Map<String, String> epochs(LiveViews live, Set<String> tables) {
    return tables.stream()
        .map(ShapeIT::viewOf)
        .collect(Collectors.toMap(view -> view, live::epoch, (a, b) -> a, LinkedHashMap::new));
  }

  private static Set<String> cached(LiveViews live, String table) {
    return live.cached().stream()
        .filter(key -> key.startsWith(viewOf(table) + ":"))
        .collect(Collectors.toSet());
  }

  private static void assertFresh(LiveViews live, String table) throws SQLException {
    for (String id : ENTITIES) {
      List<String> value =
          live.list(
              "SELECT coalesce(value::text, 'null') FROM %s WHERE id = %s".formatted(table, id));
      assertThat(live.get(viewOf(table), id).json().stream().toList()).as(table).isEqualTo(value);
    }
  }

  private static void assertCaptured(LiveViews live, String table) throws SQLException {
    live.execute(
        "INSERT INTO %s (id, value) VALUES (3, 1) ON CONFLICT DO NOTHING".formatted(table));
    live.awaitApplied();
    live.load(viewOf(table), ENTITIES);
    assertThat(live.evictedBy("UPDATE %s SET value = 77 WHERE id = 3".formatted(table)))
        .containsExactly(viewOf(table) + ":3");
    assertFresh(live, table);
  }

  @Test
  void whatLeavesTheTriggersAloneIsSweptAndTheViewStaysReady() throws SQLException {
    try (LiveViews live = start(SWEPT.keySet())) {
      Map<String, String> before = epochs(live, SWEPT.keySet());
      for (String sql : SWEPT.values()) {
        live.execute(sql);
      }
      live.awaitSwept(before);
      for (String table : SWEPT.keySet()) {
        assertThat(cached(live, table)).isEmpty();
        assertFresh(live, table);
        assertThat(live.get(viewOf(table), "1").source()).isEqualTo(Source.REDIS);
      }
      assertThat(live.daemon().status().isReady()).isTrue();
      assertThat(live.pending()).isEmpty();
      for (String table : SWEPT.keySet()) {
        assertCaptured(live, table);
      }
    }
  }

  @Test
  void whatTakesTriggersAwayStopsFillsUntilMigrate() throws SQLException {
    try (LiveViews live = start(DEFECTS.keySet())) {
      Map<String, String> before = epochs(live, DEFECTS.keySet());
      for (Defect defect : DEFECTS.values()) {
        live.execute(defect.sql());
      }
      live.awaitSwept(before);
      assertThat(live.daemon().status().isReady()).isFalse();
      for (Map.Entry<String, Defect> each : DEFECTS.entrySet()) {
        String watch =
            "watch %s on public.%s by id".formatted(viewOf(each.getKey()), each.getKey());
        assertThat(live.daemon().status().detail())
            .contains(watch + ": its")
            .contains(each.getValue().why());
        assertThat(live.pending())
            .filteredOn(pending -> pending.startsWith(watch))
            .singleElement()
            .asString()
            .contains(each.getValue().why());
        assertFresh(live, each.getKey());
        assertFresh(live, each.getKey());
        assertThat(cached(live, each.getKey())).as("answered, but not filled").isEmpty();
      }
      live.load("fence", List.of("1"));
      assertThat(live.holds("fence:1")).as("other views are filled").isTrue();

      assertThat(live.migrate()).hasSameSizeAs(DEFECTS.keySet());
      live.awaitReady();
      for (String table : DEFECTS.keySet()) {
        assertCaptured(live, table);
      }
      assertThat(live.pending()).isEmpty();
    }
  }

  @Test
  void triggersThatAreEnabledAgainMakeTheViewReadyAndSweepIt() throws SQLException {
    try (LiveViews live = start("items")) {
      live.execute("ALTER TABLE items DISABLE TRIGGER ALL");
      live.awaitNotReady("is disabled");
      Map<String, String> before = epochs(live, Set.of("items"));
      live.execute("UPDATE items SET value = 1; ALTER TABLE items ENABLE TRIGGER ALL");
      live.awaitSwept(before);
      live.awaitReady();
      assertFresh(live, "items");
      assertThat(live.holds("items:1")).isTrue();
      assertCaptured(live, "items");
    }
  }

  /** Writes as an application does, on a session that has written before. */
  private static void assertWriterIsWarnedAndGoesOn(LiveViews live, Statement writer)
      throws SQLException {
    int rows = live.wholeViewRows("public.items");
    live.load("items", ENTITIES);
    writer.clearWarnings();
    writer.execute("UPDATE items SET note = 'x' WHERE id = 1");
    assertThat(LiveViews.warning(writer))
        .contains("could not be computed")
        .contains("freshet migrate");
    assertThat(live.wholeViewRows("public.items")).isEqualTo(rows + 1);
  }

  @Test
  void aColumnThatIsGoneFailsNoWriter() throws SQLException {
    try (LiveViews live = start("items");
        Connection session = live.database().connect();
        Statement writer = session.createStatement()) {
      writer.execute("UPDATE items SET value = 1 WHERE id = 1");
      live.execute("ALTER TABLE items RENAME COLUMN value TO amount");
      assertWriterIsWarnedAndGoesOn(live, writer);
      live.awaitNotReady("public.items has no column value any more");
      assertThat(live.get("items", "1").source()).isEqualTo(Source.POSTGRES);
      assertThat(live.holds("items:1")).isFalse();
      assertThat(live.pending())
          .containsExactly("watch items on public.items by id (public.items has no column value)");

      live.execute("ALTER TABLE items RENAME COLUMN amount TO value");
      live.awaitReady();
      writer.execute("UPDATE items SET value = 5 WHERE id = 2");
      assertCaptured(live, "items");

      live.execute("ALTER TABLE items DROP COLUMN value");
      assertWriterIsWarnedAndGoesOn(live, writer);
      live.awaitNotReady("public.items has no column value any more");
      live.execute("ALTER TABLE items ADD COLUMN value integer");
      live.awaitReady();
      writer.execute("UPDATE items SET value = 6 WHERE id = 2");
      assertCaptured(live, "items");
    }
  }

  @Test
  void aColumnThatGotAnotherNameIsWatchedOnceTheConfigurationNamesIt() throws SQLException {
    try (LiveViews live = start("items")) {
      live.execute(
          "ALTER TABLE items RENAME COLUMN note TO remark; ALTER TABLE items RENAME COLUMN value TO amount");
      live.awaitNotReady("public.items has no column value any more");
      live.stopDaemon();
      String views = view("items", "amount");
      live.migrateTo(views);
      live.startDaemon(views);
      live.awaitReady();
      live.load("items", ENTITIES);
      assertThat(live.evictedBy("UPDATE items SET amount = 4 WHERE id = 1"))
          .containsExactly("items:1");
      assertThat(live.evictedBy("UPDATE items SET remark = 'x'")).isEmpty();
    }
  }

  private static double sweeps(LiveViews live, String view) {
    return live.daemon()
        .metrics()
        .scrape()
        .lines()
        .filter(
            line -> line.startsWith("freshet_sweeps_total{") && line.contains("\"" + view + "\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void nothingIsSweptWhileNothingChangesAndTruncateSweepsOnce() throws SQLException {
    try (LiveViews live = start("items", "quiet")) {
      double before = sweeps(live, "items") + sweeps(live, "quiet");
      assertThat(before).as("the new chain's").isEqualTo(2);
      Map<String, String> epochs = epochs(live, Set.of("items", "quiet"));
      live.execute("UPDATE items SET value = 3");
      live.execute("VACUUM (FREEZE, ANALYZE) items");
      live.execute("VACUUM FREEZE pg_catalog.pg_trigger");
      live.awaitShapesRead(3);
      assertThat(epochs(live, Set.of("items", "quiet"))).isEqualTo(epochs);
      assertThat(live.evictedBy("TRUNCATE items")).containsExactly("items:3");
      live.awaitShapesRead(1);
      assertThat(sweeps(live, "items")).isEqualTo(2);
      assertThat(live.epoch("quiet")).isEqualTo(epochs.get("quiet"));
    }
  }

  @Test
  void whatHappensWhileNoDaemonRunsIsFoundWhenOneStarts() throws SQLException {
    try (LiveViews live = start("items", "other")) {
      Map<String, String> before = epochs(live, Set.of("items", "other"));
      live.stopDaemon();
      live.execute(
          "ALTER TABLE items DISABLE TRIGGER ALL; UPDATE items SET value = 8; ALTER TABLE items ENABLE TRIGGER ALL");
      live.startDaemon();
      live.awaitReady();
      live.awaitSwept(Map.of("items", before.get("items")));
      assertFresh(live, "items");
      assertThat(live.epoch("other")).as("its shape is the same").isEqualTo(before.get("other"));

      live.stopDaemon();
      live.execute(
          "ALTER TABLE items DISABLE TRIGGER ALL; ALTER TABLE other RENAME COLUMN value TO amount");
      live.startDaemon();
      live.awaitNotReady("is disabled");
      assertThat(live.daemon().status().detail()).contains("public.other has no column value");
      live.load("fence", List.of("1"));
      assertThat(live.evictedBy("UPDATE fence SET n = n + 1 WHERE id = 1"))
          .containsExactly("fence:1");
      assertThat(live.get("items", "1").source()).isEqualTo(Source.POSTGRES);
      assertThat(live.holds("items:1")).isFalse();

      live.stopDaemon();
      assertThatThrownBy(() -> live.startDaemon(views(List.of("items")) + view("other", "note")))
          .isInstanceOf(NotMigratedException.class)
          .hasMessageContaining("view other")
          .hasMessageNotContaining("watch items");
    }
  }
}
