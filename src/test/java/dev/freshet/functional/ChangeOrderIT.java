package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.daemon.Daemon;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Transactions that commit late, out of order, or while the daemon is about to fall asleep. */
@ExtendWith(NoLeaks.class)
class ChangeOrderIT {
  /** So long that no test passes because of it. */
  private static final Duration NEVER = Duration.ofHours(1);

  private TestDatabase database;
  private Shop shop;
  private Daemon daemon;

  @BeforeEach
  void startDaemonWithoutSafetyPoll() throws SQLException {
    database = TestServers.database();
    shop = new Shop(database, TestServers.redisUrl());
    daemon = shop.start(shop.config(), new Daemon.Options(false, NEVER));
  }

  @AfterEach
  void stopDaemon() throws SQLException {
    daemon.close();
    shop.close();
    database.close();
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void aTransactionThatCommitsAfterALaterOneIsNotLost() throws SQLException {
    shop.cacheAllItems(daemon.loader());
    try (Connection early = database.connect();
        Connection late = database.connect()) {
      execute(early, "BEGIN; UPDATE items SET value = 1 WHERE id = 1");
      execute(late, "BEGIN; UPDATE items SET value = 2 WHERE id = 2");
      execute(late, "COMMIT");
      shop.awaitGone("item:2");
      assertThat(shop.holds("item:1")).as("not committed yet").isTrue();
      execute(early, "COMMIT");
      shop.awaitGone("item:1");
    }
    assertThat(shop.holds("item:3")).isTrue();
  }

  @Test
  void aTransactionThatStaysOpenDelaysNoOther() throws SQLException {
    shop.cacheAllItems(daemon.loader());
    try (Connection open = database.connect()) {
      execute(open, "BEGIN; UPDATE items SET value = 1 WHERE id = 1");
      for (int id = 2; id <= 50; id++) {
        shop.execute("UPDATE items SET value = 9 WHERE id = " + id);
      }
      for (int id = 2; id <= 50; id++) {
        shop.awaitGone("item:" + id);
      }
      assertThat(shop.holds("item:1")).isTrue();
      execute(open, "COMMIT");
      shop.awaitGone("item:1");
    }
  }

  @Test
  void aRollbackAfterALaterCommitEvictsNothing() throws SQLException {
    shop.cacheAllItems(daemon.loader());
    try (Connection open = database.connect()) {
      execute(open, "BEGIN; UPDATE items SET value = 1 WHERE id = 1");
      shop.execute("UPDATE items SET value = 2 WHERE id = 2");
      shop.awaitGone("item:2");
      execute(open, "ROLLBACK");
      shop.execute("UPDATE items SET value = 3 WHERE id = 3");
      shop.awaitGone("item:3");
      assertThat(shop.holds("item:1")).isTrue();
    }
  }

  /**
   * One lost wake-up would leave its key in Redis for ever, since nothing else looks: the safety
   * poll is off, and the next change comes only after this one's key is gone. Writers commit at
   * random moments around the daemon's falling asleep, some after holding their transaction open.
   */
  @Test
  void noWakeUpIsLostWithTheSafetyPollOff() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int rounds = 1_500;
    try (Connection one = database.connect();
        Connection other = database.connect()) {
      for (int round = 0; round < rounds; round++) {
        int id = 1 + random.nextInt(Shop.ITEM_COUNT / 2);
        int otherId = id + Shop.ITEM_COUNT / 2;
        shop.redis().set("item:" + id, "x");
        shop.redis().set("item:" + otherId, "x");
        boolean isOverlapping = random.nextInt(4) == 0;
        if (isOverlapping) {
          execute(other, "BEGIN; UPDATE items SET value = value + 1 WHERE id = " + otherId);
        }
        spin(random.nextInt(3_000));
        execute(one, "UPDATE items SET value = value + 1 WHERE id = " + id);
        if (isOverlapping) {
          spin(random.nextInt(3_000));
          execute(other, "COMMIT");
        } else {
          shop.redis().del("item:" + otherId);
        }
        Shop.within(Duration.ofSeconds(5))
            .pollInterval(Duration.ofMillis(1))
            .alias("seed %d, round %d, ids %d and %d".formatted(seed, round, id, otherId))
            .until(() -> !shop.holds("item:" + id) && !shop.holds("item:" + otherId));
      }
    }
    String scrape = daemon.metrics().scrape();
    assertThat(scrape).contains("freshet_polls_total 0.0");
    assertThat(rings(scrape)).as("it slept and was woken").isGreaterThan(rounds / 10.0);
  }

  private static double rings(String scrape) {
    return scrape
        .lines()
        .filter(line -> line.startsWith("freshet_rings_total "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElse(0);
  }

  private static void spin(int micros) {
    long until = System.nanoTime() + micros * 1_000L;
    while (System.nanoTime() < until) {
      Thread.onSpinWait();
    }
  }
}
