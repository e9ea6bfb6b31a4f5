package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.change.Change;
import dev.freshet.change.PgSnapshot;
import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Servers;
import dev.freshet.eviction.ChangeSource;
import dev.freshet.postgres.PostgresChangeLog;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class ChangeLogReadingIT {
  private TestDatabase database;
  private Shop shop;
  private PostgresDatabase postgres;
  private PostgresChangeLog changeLog;

  @BeforeEach
  void migrate() throws SQLException {
    database = TestServers.database();
    shop = new Shop(database, TestServers.redisUrl());
    FreshetConfig config = shop.config();
    shop.migrate(config);
    postgres = Servers.postgres(config.postgres());
    changeLog = new PostgresChangeLog(postgres, config.views(), Duration.ofHours(1), new Random());
  }

  @AfterEach
  void close() throws SQLException {
    postgres.close();
    shop.close();
    database.close();
  }

  /** Reads until nothing is left; says how often each key was logged, and where reading ended. */
  private PgSnapshot readAll(PgSnapshot since, Map<String, Integer> timesByKey) {
    PgSnapshot position = since;
    while (true) {
      try (ChangeSource.Batch batch = changeLog.read(position)) {
        Iterator<List<Change>> pieces = batch.changes();
        while (pieces.hasNext()) {
          for (Change change : pieces.next()) {
            List<String> keys = change.keys();
            if (keys != null) {
              keys.forEach(key -> timesByKey.merge(key, 1, Integer::sum));
            }
          }
        }
        position = batch.position();
        if (!batch.isCut()) {
          return position;
        }
      }
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void aTransactionLargerThanABatchIsReadOnceAndWhole() throws SQLException {
    PgSnapshot before = changeLog.look().snapshot();
    shop.execute("INSERT INTO items SELECT i, 0, '' FROM generate_series(1000, 300999) AS i");
    Map<String, Integer> timesByKey = new HashMap<>();
    PgSnapshot after = readAll(before, timesByKey);
    readAll(after, timesByKey);
    assertThat(timesByKey).hasSize(300_000);
    assertThat(timesByKey.values()).containsOnly(1);
    assertThat(after.xmax()).isGreaterThan(before.xmax());
  }

  /** The lock's queue makes it happen: first the batch is found, then emptied, then streamed. */
  @Test
  void aLargeTransactionThatIsEmptiedBeforeItIsStreamedIsToldByTheFloor() throws Exception {
    PgSnapshot before = changeLog.look().snapshot();
    shop.execute("INSERT INTO items SELECT i, 0, '' FROM generate_series(1000, 300999) AS i");
    PgSnapshot after = changeLog.look().snapshot();
    ExecutorService others = Executors.newFixedThreadPool(2);
    try (Connection first = database.connect()) {
      execute(first, "BEGIN; LOCK TABLE freshet.change_log_0 IN ACCESS EXCLUSIVE MODE");
      Future<ChangeSource.Batch> reading = others.submit(() -> changeLog.read(before));
      awaitWaitingForTheSlot(1);
      Future<?> emptying =
          others.submit(
              () -> {
                shop.execute(
                    """
                    BEGIN; TRUNCATE freshet.change_log_0;
                    UPDATE freshet.floor SET position = '%s'; COMMIT
                    """
                        .formatted(after));
                return null;
              });
      awaitWaitingForTheSlot(2);
      execute(first, "COMMIT");
      emptying.get(20, TimeUnit.SECONDS);
      try (ChangeSource.Batch batch = reading.get(20, TimeUnit.SECONDS)) {
        assertThat(batch.isCut()).as("streamed").isTrue();
        assertThat(batch.changes().hasNext()).isFalse();
        assertThat(batch.reading().floor()).isEqualTo(after);
      }
    } finally {
      others.shutdownNow();
    }
  }

  private void awaitWaitingForTheSlot(int sessions) {
    Shop.soon()
        .until(
            () ->
                shop.ask(
                        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'freshet.change_log_0'::regclass")
                    .equals(Integer.toString(sessions)));
  }

  @Test
  void moreSmallTransactionsThanABatchHoldsAreEachReadOnce() throws SQLException {
    PgSnapshot before = changeLog.look().snapshot();
    try (Connection connection = database.connect()) {
      execute(connection, "SET synchronous_commit = off");
      execute(
          connection,
          """
          DO $$ BEGIN
            FOR i IN 1..6000 LOOP
              UPDATE items SET value = value + 1 WHERE id = 1 + i % 100;
              COMMIT;
            END LOOP;
          END $$
          """);
    }
    Map<String, Integer> timesByKey = new HashMap<>();
    readAll(before, timesByKey);
    assertThat(timesByKey).hasSize(100);
    assertThat(timesByKey.values()).containsOnly(60);
  }

  @Test
  void rowsOfTransactionsThatWereInProgressComeWhenTheyCommit() throws SQLException {
    PgSnapshot before = changeLog.look().snapshot();
    Map<String, Integer> timesByKey = new TreeMap<>();
    try (Connection one = database.connect();
        Connection two = database.connect()) {
      execute(one, "BEGIN; UPDATE items SET value = 1 WHERE id = 1");
      execute(two, "BEGIN; UPDATE items SET value = 1 WHERE id = 2");
      shop.execute("UPDATE items SET value = 1 WHERE id = 3");
      PgSnapshot during = readAll(before, timesByKey);
      assertThat(timesByKey).containsOnlyKeys("3");
      assertThat(during.xip()).hasSize(2);

      execute(one, "COMMIT");
      during = readAll(during, timesByKey);
      assertThat(timesByKey).containsOnlyKeys("1", "3");
      assertThat(during.xip()).hasSize(1);

      execute(two, "ROLLBACK");
      during = readAll(during, timesByKey);
      assertThat(timesByKey).containsOnlyKeys("1", "3");
      assertThat(during.xip()).isEmpty();
    }
  }

  @Test
  void lateRowsComeOnceBesideMoreNewOnesThanABatchHolds() throws SQLException {
    try (Connection one = database.connect();
        Connection two = database.connect();
        Connection writer = database.connect()) {
      execute(one, "BEGIN; UPDATE items SET value = 1 WHERE id = 1");
      execute(two, "BEGIN; UPDATE items SET value = 1 WHERE id = 2");
      shop.execute("UPDATE items SET value = 1 WHERE id = 3");
      PgSnapshot before = changeLog.look().snapshot();
      assertThat(before.xip()).hasSize(2);
      execute(writer, "SET synchronous_commit = off");
      execute(
          writer,
          """
          DO $$ BEGIN
            FOR i IN 1..6000 LOOP
              UPDATE items SET value = value + 1 WHERE id = 4 + i % 50;
              COMMIT;
            END LOOP;
          END $$
          """);
      execute(one, "COMMIT");
      Map<String, Integer> timesByKey = new TreeMap<>();
      PgSnapshot during = readAll(before, timesByKey);
      assertThat(timesByKey.remove("1")).isEqualTo(1);
      assertThat(timesByKey).hasSize(50);
      assertThat(timesByKey.values()).containsOnly(120);

      execute(two, "COMMIT");
      timesByKey.clear();
      assertThat(readAll(during, timesByKey).xip()).isEmpty();
      assertThat(timesByKey).containsOnlyKeys("2").containsEntry("2", 1);
    }
  }

  @Test
  void nothingIsLostOrReadTwiceWhileManyWritersCommitInAnyOrder() throws Exception {
    long seed = new Random().nextLong();
    PgSnapshot position = changeLog.look().snapshot();
    List<Thread> writers = new ArrayList<>();
    Map<String, Integer> expected = new HashMap<>();
    for (int writer = 0; writer < 6; writer++) {
      Random random = new Random(seed + writer);
      List<Integer> ids = new ArrayList<>();
      for (int i = 0; i < 150; i++) {
        int id = 1 + random.nextInt(Shop.ITEM_COUNT);
        ids.add(id);
      }
      List<Boolean> commits = ids.stream().map(id -> random.nextInt(5) > 0).toList();
      for (int i = 0; i < ids.size(); i++) {
        if (commits.get(i)) {
          expected.merge(ids.get(i).toString(), 1, Integer::sum);
        }
      }
      writers.add(new Thread(() -> write(ids, commits), "writer-" + writer));
    }
    writers.forEach(Thread::start);
    Map<String, Integer> timesByKey = new HashMap<>();
    while (writers.stream().anyMatch(Thread::isAlive)) {
      position = readAll(position, timesByKey);
    }
    readAll(position, timesByKey);
    assertThat(timesByKey).as("seed " + seed).isEqualTo(expected);
  }

  private void write(List<Integer> ids, List<Boolean> commits) {
    try (Connection connection = database.connect()) {
      for (int i = 0; i < ids.size(); i++) {
        execute(connection, "BEGIN");
        execute(connection, "UPDATE items SET value = value + 1 WHERE id = " + ids.get(i));
        execute(connection, commits.get(i) ? "COMMIT" : "ROLLBACK");
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
