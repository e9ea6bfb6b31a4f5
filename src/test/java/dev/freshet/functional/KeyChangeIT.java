package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.servers.ExpectedLog;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An updated row's old key, where the key is the primary key and only new rows are read. */
@ExpectedLog("eviction stopped, trying again: the change log speaks of watch") // until it has read
class KeyChangeIT {
  private static final String TABLES =
      """
      CREATE TABLE items (id bigint PRIMARY KEY, value integer);
      CREATE TABLE derived (base bigint, id bigint GENERATED ALWAYS AS (base + 100) STORED PRIMARY KEY, value integer);
      CREATE TABLE moving (id bigint PRIMARY KEY, value integer);
      CREATE FUNCTION move() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.value = 99 THEN NEW.id := OLD.id + 100; END IF; RETURN NEW; END';
      CREATE TRIGGER move BEFORE UPDATE ON moving FOR EACH ROW EXECUTE FUNCTION move();
      INSERT INTO items SELECT i, 0 FROM generate_series(1, 3) AS i;
      INSERT INTO moving SELECT i, 0 FROM generate_series(1, 3) AS i;
      INSERT INTO derived (base, value) SELECT i, 0 FROM generate_series(1, 3) AS i;
      """;

  private static final String VIEW =
      """
      %1$s:
        key: "%1$s:{id}"
        load: SELECT id, value FROM public.%1$s WHERE id = ANY(:id::bigint[])
        watch: [{table: public.%1$s}]
      """;

  private LiveViews live;

  @BeforeEach
  void start() throws SQLException {
    live =
        LiveViews.start(
            TABLES, VIEW.formatted("items") + VIEW.formatted("derived") + VIEW.formatted("moving"));
  }

  @AfterEach
  void stop() throws SQLException {
    live.close();
  }

  private String keyTrigger(String table) throws SQLException {
    return live.ask(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = '%s'::regclass AND tgname LIKE 'freshet%%key'"
            .formatted(table));
  }

  @Test
  void theOldAndTheNewKeyAreEvicted() throws SQLException {
    live.load("items", List.of("1", "2", "3", "11", "12", "13"));
    assertThat(live.evictedBy("UPDATE items SET id = 11 WHERE id = 1"))
        .containsExactly("items:1", "items:11");
    assertThat(live.evictedBy("UPDATE items SET id = id")).containsExactly("items:2", "items:3");
    live.load("items", List.of("1", "2", "3", "11", "12", "13"));
    assertThat(live.evictedBy("UPDATE items SET id = id + 10 WHERE id < 10"))
        .containsExactly("items:12", "items:13", "items:2", "items:3");
  }

  @Test
  void aKeyThatIsGeneratedFromAnotherColumnChangesWithIt() throws SQLException {
    live.load("derived", List.of("101", "102", "103", "111"));
    assertThat(live.evictedBy("UPDATE derived SET base = 11 WHERE base = 1"))
        .containsExactly("derived:101", "derived:111");
  }

  @Test
  void aKeyThatATriggerChangesBeforeTheRowIsWrittenIsSeen() throws SQLException {
    live.load("moving", List.of("1", "2", "3", "101"));
    assertThat(live.evictedBy("UPDATE moving SET value = 99 WHERE id = 1"))
        .containsExactly("moving:1", "moving:101");
  }

  @Test
  @ExpectedLog("not ready: view items: ")
  void suchATriggerThatComesLaterSweepsTheViewAndAsksForAMigration() throws SQLException {
    live.load("items", List.of("1", "2", "3"));
    Map<String, String> before = Map.of("items", live.epoch("items"));
    live.execute(
        "CREATE TRIGGER move BEFORE UPDATE ON items FOR EACH ROW EXECUTE FUNCTION move(); UPDATE items SET value = 99 WHERE id = 1");
    live.awaitNotReady("trigger move, which its triggers were installed without regard to");
    live.awaitSwept(before);
    assertThat(live.holds("items:1")).isFalse();

    assertThat(live.pending()).isNotEmpty();
    live.migrate();
    live.awaitReady();
    live.load("items", List.of("2", "3", "102"));
    assertThat(live.evictedBy("UPDATE items SET value = 99 WHERE id = 2"))
        .containsExactly("items:102", "items:2");
  }

  @Test
  @ExpectedLog("not ready: view items: ")
  void withoutItsTriggerForKeysTheViewIsNotReady() throws SQLException {
    live.execute("ALTER TABLE items DISABLE TRIGGER " + keyTrigger("items"));
    live.awaitNotReady("its trigger for changed keys is missing or disabled");
    live.execute("ALTER TABLE items ENABLE TRIGGER " + keyTrigger("items"));
    live.awaitReady();
    live.execute("DROP TRIGGER %s ON items".formatted(keyTrigger("items")));
    live.awaitNotReady("its trigger for changed keys is missing or disabled");
    live.migrate();
    live.awaitReady();
  }

  @Test
  @ExpectedLog("not ready: view items: ")
  void aPrimaryKeyIsDroppedWithCascadeOnlyAndNoWriterFailsThen() throws SQLException {
    assertThatThrownBy(() -> live.execute("ALTER TABLE items DROP COLUMN id"))
        .hasMessageContaining("other objects depend on it");
    live.execute("ALTER TABLE items DROP COLUMN id CASCADE");
    int before = live.wholeViewRows("public.items");
    live.execute("UPDATE items SET value = 1");
    assertThat(live.wholeViewRows("public.items")).isEqualTo(before + 3);
    live.awaitNotReady("its trigger for changed keys is missing");
  }
}
