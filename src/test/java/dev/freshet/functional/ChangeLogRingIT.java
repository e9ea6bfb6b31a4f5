package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.change.PgSnapshot;
import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.daemon.Servers;
import dev.freshet.eviction.Overflow;
import dev.freshet.postgres.ChangeLogRing;
import dev.freshet.postgres.PostgresChangeLog;
import dev.freshet.postgres.PostgresDatabase;
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

/** Retention is 1 ms here, so that a position kept twice is settled. */
@ExtendWith(NoLeaks.class)
class ChangeLogRingIT {
  private static final String CHAIN = "chain under test";
  private static final long BYTES_MAX = 1L << 20;
  private static final String FILL =
      "%s INSERT INTO freshet.change_log (watch_id, keys) SELECT (SELECT min(id) FROM freshet.watch), ARRAY['nothing ' || i] FROM generate_series(1, 20000) AS i %s";

  private TestDatabase database;
  private Shop shop;
  private PostgresDatabase postgres;
  private PostgresChangeLog changeLog;
  private ChangeLogRing ring;

  @BeforeEach
  void migrate() throws SQLException {
    database = TestServers.database();
    shop = new Shop(database, TestServers.redisUrl());
    FreshetConfig config = shop.config();
    shop.migrate(config);
    postgres = Servers.postgres(config.postgres());
    changeLog = new PostgresChangeLog(postgres, config.views(), Duration.ofMillis(1), new Random());
    ring = new ChangeLogRing(postgres, BYTES_MAX);
    moveAllRowsToAnOldSlot();
  }

  @AfterEach
  void close() throws SQLException {
    postgres.close();
    shop.close();
    database.close();
  }

  private void moveAllRowsToAnOldSlot() throws SQLException {
    shop.execute(
        "UPDATE freshet.change_log SET slot = ((date_part('epoch', clock_timestamp())::bigint / 600 + 8) % 16)::smallint");
  }

  private long rows() throws SQLException {
    return Long.parseLong(shop.ask("SELECT count(*) FROM freshet.change_log"));
  }

  private void settle(PgSnapshot position) {
    settle(CHAIN, position);
  }

  /** Three times at least 1 ms apart: settling, settled. */
  private void settle(String chain, PgSnapshot position) {
    changeLog.keepPosition(chain, position);
    long at = System.nanoTime();
    Shop.soon().until(() -> System.nanoTime() - at > 5_000_000);
    changeLog.keepPosition(chain, position);
    long again = System.nanoTime();
    Shop.soon().until(() -> System.nanoTime() - again > 5_000_000);
    changeLog.keepPosition(chain, position);
  }

  @Test
  void aSlotThatEveryChainHasLeftBehindIsEmptiedAndTheFloorIsRaised() throws SQLException {
    PgSnapshot now = changeLog.look().snapshot();
    settle(now);
    assertThat(ring.emptySlots()).isEqualTo(1);
    assertThat(rows()).isZero();
    assertThat(changeLog.look().floor().seesAllOf(now)).isTrue();
    assertThat(ring.emptySlots()).isZero();
  }

  @Test
  void aRowThatOneChainHasNotAppliedKeepsItsSlot() throws SQLException {
    PgSnapshot before = changeLog.look().snapshot();
    shop.execute("UPDATE items SET value = 1 WHERE id = 1");
    moveAllRowsToAnOldSlot();
    settle(changeLog.look().snapshot());
    settle("a chain that is behind", new PgSnapshot(3));
    assertThat(ring.emptySlots()).isZero();
    assertThat(rows()).isPositive();
    assertThat(changeLog.look().floor().seesAllOf(before)).isFalse();
  }

  @Test
  void aRowInsertedLongBeforeItsCommitIsKeptUntilItIsApplied() throws SQLException {
    try (Connection open = database.connect();
        Statement statement = open.createStatement()) {
      statement.execute("BEGIN");
      statement.execute("UPDATE items SET value = 1 WHERE id = 1");
      settle(changeLog.look().snapshot());
      ring.emptySlots();
      statement.execute("COMMIT");
    }
    moveAllRowsToAnOldSlot();
    assertThat(ring.emptySlots()).as("not applied when the position was taken").isZero();
    assertThat(rows()).isEqualTo(1);
  }

  /** As after 160 minutes, when the clock comes to a slot again that could not be emptied. */
  @Test
  void aDaemonAwayUntilTheRingHasWrappedAroundLosesNothing() throws SQLException {
    Daemon daemon = shop.start();
    shop.cacheAllItems(daemon.loader());
    Shop.within(Duration.ofSeconds(30))
        .until(() -> shop.ask("SELECT count(*) FROM freshet.position").equals("1"));
    daemon.close();
    shop.execute("UPDATE items SET value = 1 WHERE id = 1");
    moveAllRowsToAnOldSlot();
    settle(changeLog.look().snapshot()); // another chain, that is not away
    ring.emptySlots();
    shop.execute("UPDATE items SET value = 2 WHERE id = 2");
    moveAllRowsToAnOldSlot(); // the same one
    settle(changeLog.look().snapshot());
    ring.emptySlots();
    ring.relieve();
    assertThat(shop.ask("SELECT count(*) FROM freshet.change_log WHERE keys IN ('{1}', '{2}')"))
        .isEqualTo("2");

    Daemon next = shop.start();
    shop.awaitGone("item:1");
    shop.awaitGone("item:2");
    assertThat(shop.holds("item:3")).as("no sweep was needed").isTrue();
    next.close();
  }

  @Test
  void aSlotIsEmptiedWhenTheLastOfSeveralChainsHasLeftItBehind() throws SQLException {
    PgSnapshot before = changeLog.look().snapshot();
    shop.execute("UPDATE items SET value = 1 WHERE id = 1");
    moveAllRowsToAnOldSlot();
    settle("one", changeLog.look().snapshot());
    settle("two", before);
    settle("three", changeLog.look().snapshot());
    assertThat(ring.emptySlots()).isZero();
    settle("two", changeLog.look().snapshot());
    assertThat(ring.emptySlots()).isEqualTo(1);
    PgSnapshot floor = changeLog.look().floor();
    for (String chain : new String[] {"one", "two", "three"}) {
      String settled =
          shop.ask("SELECT settled FROM freshet.position WHERE chain = '%s'".formatted(chain));
      assertThat(PgSnapshot.parse(settled).seesAllOf(floor)).as("%s goes on", chain).isTrue();
    }
  }

  @Test
  void aStuckTransactionKeepsItsOwnSlotOnly() throws SQLException {
    try (Connection stuck = database.connect();
        Statement statement = stuck.createStatement()) {
      statement.execute("BEGIN");
      statement.execute(
          "INSERT INTO freshet.change_log (slot, watch_id, keys) VALUES (((date_part('epoch', clock_timestamp())::bigint / 600 + 5) % 16)::smallint, 1, '{1}')");
      settle(changeLog.look().snapshot());
      assertThat(ring.emptySlots()).isEqualTo(1);
      assertThat(rows()).as("of others").isZero();
      statement.execute("COMMIT");
    }
    assertThat(ring.emptySlots()).as("no chain has applied it yet").isZero();
    assertThat(rows()).isEqualTo(1);
    settle(changeLog.look().snapshot());
    assertThat(ring.emptySlots()).isEqualTo(1);
  }

  @Test
  void aSlotThatHoldsOnlyWhatWasRolledBackIsEmptiedToo() throws SQLException {
    settle(changeLog.look().snapshot());
    ring.emptySlots();
    shop.execute(FILL.formatted("BEGIN;", "; ROLLBACK"));
    settle(changeLog.look().snapshot());
    assertThat(ring.isTight()).isTrue();
    assertThat(ring.relieve()).isEqualTo(1);
    assertThat(ring.isTight()).isFalse();
  }

  @Test
  void nearItsBoundTheLogIsEmptiedWithoutWaitingForRetentionAndOldLinksAreSafe()
      throws SQLException {
    Daemon daemon = shop.start();
    shop.cacheAllItems(daemon.loader());
    daemon.close();
    String link = shop.redis().hget("{freshet}:chain", "link");
    shop.execute("UPDATE items SET value = 1 WHERE id = 1");
    shop.execute(FILL.formatted("", ""));
    moveAllRowsToAnOldSlot();
    shop.execute("DELETE FROM freshet.position");
    changeLog.keepPosition(CHAIN, changeLog.look().snapshot()); // once: nothing is settled
    assertThat(ring.emptySlots()).isZero();
    assertThat(ring.isTight()).isTrue();
    assertThat(ring.relieve()).isPositive();
    assertThat(rows()).isZero();

    assertThat(shop.redis().hget("{freshet}:chain", "link")).as("as of old").isEqualTo(link);
    Daemon next = shop.start();
    shop.awaitGone("item:1");
    assertThat(next.metrics().scrape())
        .contains("freshet_new_chains_total{reason=\"too_old\"} 1.0");
    next.close();
  }

  @Test
  void theSlotThatIsWrittenToIsEmptiedOnlyIfNobodyWritesToIt() throws SQLException {
    shop.execute(FILL.formatted("", ""));
    try (Connection writer = database.connect();
        Statement statement = writer.createStatement()) {
      statement.execute("BEGIN; UPDATE items SET value = 1 WHERE id = 1");
      changeLog.keepPosition(CHAIN, changeLog.look().snapshot());
      ring.relieve();
      assertThat(ring.isTight()).isTrue();
      statement.execute("ROLLBACK");
    }
    assertThat(ring.relieve()).isPositive();
    assertThat(ring.isTight()).isFalse();
  }

  @Test
  void openingsOfAFullLogAreNumberedUpwards() throws SQLException {
    Overflow first = changeLog.look().overflow();
    assertThat(first.isFull()).isFalse();
    long before = first.opening().getAsLong();
    for (int round = 1; round <= 3; round++) {
      for (int writer = 1; writer <= round; writer++) {
        shop.execute("SELECT nextval('freshet.change_log_overflow')");
      }
      assertThat(changeLog.look().overflow()).isEqualTo(Overflow.IS_FULL);
      ring.relieve();
      long opening = changeLog.look().overflow().opening().getAsLong();
      assertThat(opening).isGreaterThan(before);
      before = opening;
      ring.relieve();
      assertThat(changeLog.look().overflow()).isEqualTo(Overflow.openSince(opening));
    }
  }

  @Test
  void withoutAnyChainNothingIsEmptied() throws SQLException {
    assertThat(ring.emptySlots()).isZero();
    assertThat(rows()).isPositive();
  }

  @Test
  void aChainThatIsTooOldForTheFloorIsStartedAnew() throws SQLException {
    Daemon daemon = shop.start();
    daemon.loader().get(Shop.ITEMS, "1");
    String link = shop.redis().hget("{freshet}:chain", "link");
    daemon.close();
    shop.execute("UPDATE items SET value = 1 WHERE id = 1");
    moveAllRowsToAnOldSlot();
    shop.execute("DELETE FROM freshet.position");
    settle(changeLog.look().snapshot());
    assertThat(ring.emptySlots()).isEqualTo(1);
    assertThat(shop.redis().hget("{freshet}:chain", "link")).isEqualTo(link);

    Daemon next = shop.start();
    shop.awaitGone("item:1");
    assertThat(next.metrics().scrape())
        .contains("freshet_new_chains_total{reason=\"too_old\"} 1.0");
    next.close();
  }
}
