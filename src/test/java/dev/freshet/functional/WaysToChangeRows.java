package dev.freshet.functional;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Statements of all kinds, and the cache keys that each must evict. */
final class WaysToChangeRows {
  /** Each of a table of that name and an s. */
  static final List<String> VIEWS = List.of("item", "parent", "note", "tag", "mark", "detail");

  /** Of each view; 1 to 6 exist at first. */
  static final List<String> ENTITIES =
      IntStream.rangeClosed(1, 10).mapToObj(Integer::toString).toList();

  static final String TABLES =
      """
      CREATE TABLE items (id bigint PRIMARY KEY DEFERRABLE, value integer NOT NULL);
      CREATE TABLE parents (id bigint PRIMARY KEY, value integer NOT NULL);
      CREATE TABLE notes (id bigint PRIMARY KEY, value bigint REFERENCES parents ON DELETE CASCADE ON UPDATE CASCADE);
      CREATE TABLE tags (id bigint PRIMARY KEY, value bigint REFERENCES parents ON DELETE SET NULL ON UPDATE SET NULL);
      CREATE TABLE marks (id bigint PRIMARY KEY, value bigint DEFAULT 1 REFERENCES parents ON DELETE SET DEFAULT ON UPDATE SET DEFAULT);
      CREATE TABLE details (id bigint PRIMARY KEY REFERENCES parents ON DELETE CASCADE ON UPDATE CASCADE, value integer);
      CREATE TABLE source (id bigint, value integer);
      CREATE TABLE proxies (id bigint, value integer);

      CREATE FUNCTION add_to_item(item bigint, amount integer) RETURNS integer LANGUAGE sql AS
        'UPDATE items SET value = value + amount WHERE id = item RETURNING value';
      CREATE PROCEDURE two_commits() LANGUAGE plpgsql AS
        'BEGIN UPDATE items SET value = 1 WHERE id = 1; COMMIT; UPDATE items SET value = 1 WHERE id = 2; ROLLBACK; UPDATE items SET value = 1 WHERE id = 3; END';
      CREATE FUNCTION move_by_100() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN IF new.value = 100 THEN new.id := new.id + 4; ELSIF new.value = 101 THEN RETURN NULL; END IF; RETURN new; END';
      CREATE TRIGGER before_items BEFORE INSERT OR UPDATE ON items FOR EACH ROW EXECUTE FUNCTION move_by_100();
      CREATE FUNCTION note_of_item() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN IF new.value = 200 THEN UPDATE notes SET value = NULL WHERE id = new.id; END IF; RETURN NULL; END';
      CREATE TRIGGER after_items AFTER INSERT OR UPDATE ON items FOR EACH ROW EXECUTE FUNCTION note_of_item();
      CREATE VIEW item_view AS SELECT id, value FROM items;
      CREATE FUNCTION write_through() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN DELETE FROM items WHERE id = old.id; RETURN old; END';
      CREATE VIEW item_sums AS SELECT id, sum(value) AS value FROM items GROUP BY id;
      CREATE TRIGGER instead INSTEAD OF DELETE ON item_sums FOR EACH ROW EXECUTE FUNCTION write_through();
      CREATE RULE through AS ON INSERT TO proxies DO INSTEAD UPDATE items SET value = new.value WHERE id = new.id;
      """;

  /** Brings the tables to their first state. */
  static final String RESET =
      """
      TRUNCATE items, parents, notes, tags, marks, details, source;
      INSERT INTO parents SELECT i, 0 FROM generate_series(1, 6) AS i;
      INSERT INTO items SELECT i, 0 FROM generate_series(1, 6) AS i;
      INSERT INTO notes SELECT i, i FROM generate_series(1, 6) AS i;
      INSERT INTO tags SELECT i, i FROM generate_series(1, 6) AS i;
      INSERT INTO marks SELECT i, i FROM generate_series(1, 6) AS i;
      INSERT INTO details SELECT i, i FROM generate_series(1, 6) AS i
      """;

  private WaysToChangeRows() {}

  /**
   * One way to change rows.
   *
   * @param name what it is
   * @param sql one or more statements
   * @param evicted the cache keys that go, separated by spaces; {@code view:*} for all of a view
   */
  record Way(String name, String sql, String evicted) {
    Set<String> evictedKeys() {
      Set<String> keys = new TreeSet<>();
      for (String key : evicted.split(" ", -1)) {
        if (key.isEmpty()) {
          continue; // nothing is evicted
        }
        if (key.endsWith("*")) {
          ENTITIES.forEach(id -> keys.add(key.replace("*", id)));
        } else {
          keys.add(key);
        }
      }
      return keys;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** All of them. */
  static Stream<Way> all() {
    return Stream.of(
            plainStatements(),
            upserts(),
            merges(),
            severalInOneStatement(),
            foreignKeys(),
            code(),
            rollbacks())
        .flatMap(List::stream);
  }

  private static List<Way> plainStatements() {
    return List.of(
        new Way("INSERT", "INSERT INTO items VALUES (7, 1)", "item:7"),
        new Way("INSERT of several", "INSERT INTO items VALUES (7, 1), (9, 1)", "item:7 item:9"),
        new Way("UPDATE", "UPDATE items SET value = 1 WHERE id = 2", "item:2"),
        new Way("UPDATE of the key", "UPDATE items SET id = 8 WHERE id = 2", "item:2 item:8"),
        new Way(
            "UPDATE that shifts keys",
            "UPDATE items SET id = id + 1 WHERE id > 4",
            "item:5 item:6 item:7"),
        new Way(
            "UPDATE that swaps keys", "UPDATE items SET id = 3 - id WHERE id < 3", "item:1 item:2"),
        new Way("UPDATE of no row", "UPDATE items SET value = 1 WHERE id = 9", ""),
        new Way(
            "UPDATE FROM",
            "UPDATE items SET value = p.id FROM parents p WHERE p.id = items.id AND p.id < 3",
            "item:1 item:2"),
        new Way("DELETE", "DELETE FROM items WHERE id = 2", "item:2"),
        new Way("DELETE of no row", "DELETE FROM items WHERE id = 9", ""),
        new Way(
            "DELETE USING",
            "DELETE FROM items USING parents p WHERE p.id = items.id AND p.id = 4",
            "item:4"),
        new Way(
            "DELETE and INSERT again",
            "BEGIN; DELETE FROM items WHERE id = 2; INSERT INTO items VALUES (2, 5); COMMIT",
            "item:2"),
        new Way("TRUNCATE", "TRUNCATE items", "item:*"),
        new Way("TRUNCATE of several", "TRUNCATE items, tags", "item:* tag:*"),
        new Way(
            "TRUNCATE CASCADE of a parent",
            "TRUNCATE parents CASCADE",
            "parent:* note:* tag:* mark:* detail:*"));
  }

  private static List<Way> upserts() {
    return List.of(
        new Way(
            "ON CONFLICT DO UPDATE of a new row",
            "INSERT INTO parents VALUES (7, 1) ON CONFLICT (id) DO UPDATE SET value = 9",
            "parent:7"),
        new Way(
            "ON CONFLICT DO UPDATE of an old row",
            "INSERT INTO parents VALUES (2, 1) ON CONFLICT (id) DO UPDATE SET value = 9",
            "parent:2"),
        new Way(
            "ON CONFLICT DO UPDATE of both",
            "INSERT INTO parents VALUES (2, 1), (7, 1), (3, 1) ON CONFLICT (id) DO UPDATE SET value = 9 WHERE parents.id <> 3",
            "parent:2 parent:7"),
        new Way(
            "ON CONFLICT DO UPDATE of the key",
            "INSERT INTO notes VALUES (2, 1) ON CONFLICT (id) DO UPDATE SET id = 9",
            "note:2 note:9"),
        new Way(
            "ON CONFLICT DO NOTHING of both",
            "INSERT INTO parents VALUES (2, 1), (7, 1) ON CONFLICT DO NOTHING",
            "parent:7"),
        new Way(
            "ON CONFLICT DO NOTHING of an old row",
            "INSERT INTO parents VALUES (2, 1) ON CONFLICT DO NOTHING",
            ""));
  }

  private static List<Way> merges() {
    return List.of(
        new Way(
            "MERGE with all branches",
            """
            INSERT INTO source VALUES (1, 1), (2, 2), (3, 3), (4, 4), (7, 7), (8, 8);
            MERGE INTO items AS i USING source AS s ON i.id = s.id
              WHEN MATCHED AND s.id = 1 THEN UPDATE SET value = 9
              WHEN MATCHED AND s.id = 2 THEN DELETE
              WHEN MATCHED AND s.id = 3 THEN DO NOTHING
              WHEN MATCHED THEN UPDATE SET id = 9
              WHEN NOT MATCHED AND s.id = 8 THEN DO NOTHING
              WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.value)
            """,
            "item:1 item:2 item:4 item:7 item:9"),
        new Way(
            "MERGE that does nothing",
            """
            INSERT INTO source VALUES (1, 1);
            MERGE INTO items AS i USING source AS s ON i.id = s.id
              WHEN MATCHED THEN DO NOTHING WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.value)
            """,
            ""));
  }

  private static List<Way> severalInOneStatement() {
    return List.of(
        new Way(
            "a CTE that writes several tables",
            "WITH a AS (UPDATE items SET value = 1 WHERE id = 1 RETURNING id), b AS (DELETE FROM tags WHERE id IN (SELECT id + 1 FROM a)) INSERT INTO parents VALUES (7, 1)",
            "item:1 tag:2 parent:7"),
        new Way(
            "a CTE that writes a table twice",
            "WITH a AS (UPDATE items SET value = 1 WHERE id = 1) UPDATE items SET value = 2 WHERE id = 2",
            "item:1 item:2"),
        new Way(
            "a CTE with all three on one table",
            "WITH a AS (DELETE FROM items WHERE id = 1), b AS (INSERT INTO items VALUES (7, 1)) UPDATE items SET id = 9 WHERE id = 2",
            "item:1 item:2 item:7 item:9"),
        new Way(
            "a CTE whose main query reads",
            "WITH a AS (UPDATE items SET value = 1 WHERE id IN (1, 3) RETURNING id) SELECT 1 FROM a LIMIT 1",
            "item:1 item:3"),
        new Way("a view", "UPDATE item_view SET value = 1 WHERE id = 5", "item:5"),
        new Way("INSTEAD OF", "DELETE FROM item_sums WHERE id = 5", "item:5"),
        new Way("a rule", "INSERT INTO proxies VALUES (5, 1)", "item:5"));
  }

  private static List<Way> foreignKeys() {
    return List.of(
        new Way(
            "ON DELETE",
            "DELETE FROM parents WHERE id = 2",
            "parent:2 note:2 tag:2 mark:2 detail:2"),
        new Way(
            "ON DELETE of several",
            "DELETE FROM parents WHERE id IN (2, 5)",
            "parent:2 note:2 tag:2 mark:2 detail:2 parent:5 note:5 tag:5 mark:5 detail:5"),
        new Way(
            "ON UPDATE",
            "UPDATE parents SET id = 9 WHERE id = 2",
            "parent:2 parent:9 note:2 tag:2 mark:2 detail:2 detail:9"),
        new Way(
            "ON UPDATE without another key",
            "UPDATE parents SET value = 9 WHERE id = 2",
            "parent:2"));
  }

  private static List<Way> code() {
    return List.of(
        new Way("a function", "SELECT add_to_item(3, 5)", "item:3"),
        new Way(
            "a function for each row",
            "SELECT add_to_item(id, 5) FROM parents WHERE id < 4",
            "item:1 item:2 item:3"),
        new Way("a procedure that commits", "CALL two_commits()", "item:1 item:3"),
        new Way(
            "a DO block",
            "DO $$ BEGIN FOR i IN 1..3 LOOP UPDATE items SET value = i WHERE id = i; END LOOP; END $$",
            "item:1 item:2 item:3"),
        new Way(
            "a DO block that catches",
            "DO $$ BEGIN UPDATE items SET value = 1 WHERE id = 1; BEGIN UPDATE items SET value = 1 WHERE id = 2; PERFORM 1 / 0; EXCEPTION WHEN division_by_zero THEN UPDATE items SET value = 3 WHERE id = 3; END; END $$",
            "item:1 item:3"),
        new Way(
            "a BEFORE trigger that gives another key to a new row",
            "INSERT INTO items VALUES (5, 100)",
            "item:9"),
        new Way(
            "a BEFORE trigger that gives another key to an old row",
            "UPDATE items SET value = 100 WHERE id = 5",
            "item:5 item:9"),
        new Way("a BEFORE trigger that refuses", "UPDATE items SET value = 101 WHERE id = 5", ""),
        new Way(
            "an AFTER trigger that writes elsewhere",
            "UPDATE items SET value = 200 WHERE id IN (1, 4)",
            "item:1 item:4 note:1 note:4"),
        new Way(
            "a cursor",
            "BEGIN; DECLARE c CURSOR FOR SELECT * FROM items WHERE id = 4 FOR UPDATE; FETCH c; UPDATE items SET value = 1 WHERE CURRENT OF c; COMMIT",
            "item:4"),
        new Way(
            "a prepared statement",
            "PREPARE p (bigint) AS UPDATE items SET value = 1 WHERE id = $1; EXECUTE p (2); EXECUTE p (3); DEALLOCATE p",
            "item:2 item:3"));
  }

  private static List<Way> rollbacks() {
    return List.of(
        new Way(
            "a transaction",
            "BEGIN; UPDATE items SET value = 1 WHERE id = 1; DELETE FROM tags WHERE id = 2; COMMIT",
            "item:1 tag:2"),
        new Way(
            "a transaction that rolls back",
            "BEGIN; UPDATE items SET value = 1 WHERE id = 1; TRUNCATE tags; ROLLBACK",
            ""),
        new Way(
            "a savepoint that is rolled back",
            "BEGIN; UPDATE items SET value = 1 WHERE id = 1; SAVEPOINT s; UPDATE items SET value = 1 WHERE id = 2; TRUNCATE tags; ROLLBACK TO s; UPDATE items SET value = 1 WHERE id = 3; COMMIT",
            "item:1 item:3"),
        new Way(
            "savepoints within a savepoint",
            "BEGIN; SAVEPOINT a; UPDATE items SET value = 1 WHERE id = 1; SAVEPOINT b; UPDATE items SET value = 1 WHERE id = 2; RELEASE b; ROLLBACK TO a; SAVEPOINT c; UPDATE items SET value = 1 WHERE id = 3; RELEASE c; COMMIT",
            "item:3"),
        new Way(
            "deferred constraints",
            "BEGIN; SET CONSTRAINTS ALL DEFERRED; UPDATE items SET id = 2 WHERE id = 1; UPDATE items SET id = 7 WHERE id = 2 AND value = 0; ROLLBACK; BEGIN; SET CONSTRAINTS ALL DEFERRED; UPDATE items SET id = 5, value = 1 WHERE id = 6; DELETE FROM items WHERE id = 5 AND value = 0; COMMIT",
            "item:5 item:6"));
  }
}
