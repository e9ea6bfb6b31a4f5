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
    moveOn();
  }

  @AfterEach
  void close() throws SQLException {
    postgres.close();
    shop.close();
    database.close();
  }

  /** As the daemon does after a time. */
  private void moveOn() throws SQLException {
    shop.execute(
        "SELECT setval('freshet.change_log_slot', (last_value + 1) % 4) FROM freshet.change_log_slot");
  }

  private String presentSlot() throws SQLException {
    return shop.ask("SELECT last_value || ' ' || is_called FROM freshet.change_log_slot");
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
    assertThat(shop.loggedRows()).isZero();
    assertThat(changeLog.look().floor().seesAllOf(now)).isTrue();
    assertThat(ring.emptySlots()).isZero();
  }

  @Test
  void theFloorRisesToThePositionsThatWereAskedForWhateverIsKeptMeanwhile() throws SQLException {
    PgSnapshot now = changeLog.look().snapshot();
    settle(now);
    shop.execute(
        """
        ALTER TABLE freshet.position RENAME TO kept;
        CREATE SEQUENCE freshet.reads_under_the_lock;
        CREATE VIEW freshet.position AS
        SELECT chain, CASE WHEN EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND mode = 'AccessExclusiveLock')
                            AND nextval('freshet.reads_under_the_lock') > 1
                           THEN '3:3:'::pg_snapshot ELSE settled END AS settled
          FROM freshet.kept
        """);
    assertThat(ring.emptySlots()).isEqualTo(1);
    assertThat(changeLog.look().floor().seesAllOf(now)).as("a second read told less").isTrue();
  }

  @Test
  void aRowThatOneChainHasNotAppliedKeepsItsSlot() throws SQLException {
    PgSnapshot before = changeLog.look().snapshot();
    shop.execute("UPDATE items SET value = 1 WHERE id = 1");
    moveOn();
    settle(changeLog.look().snapshot());
    settle("a chain that is behind", new PgSnapshot(3));
    assertThat(ring.emptySlots()).isZero();
    assertThat(shop.loggedRows()).isPositive();
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
    moveOn();
    assertThat(ring.emptySlots()).as("not applied when the position was taken").isZero();
    assertThat(shop.loggedRows()).isEqualTo(1);
  }

  @Test
  void aDaemonThatIsAwayLosesNothingHoweverOftenAnotherOneMovesOn() throws SQLException {
    Daemon daemon = shop.start();
    shop.cacheAllItems(daemon.loader());
    Shop.within(Duration.ofSeconds(30))
        .until(() -> shop.ask("SELECT count(*) FROM freshet.position").equals("1"));
    daemon.close();
    shop.execute("UPDATE items SET value = 1 WHERE id = 1");
    moveOn();
    settle(changeLog.look().snapshot()); // another chain, that is not away
    ring.emptySlots();
    shop.execute("UPDATE items SET value = 2 WHERE id = 2");
    moveOn();
    settle(changeLog.look().snapshot());
    shop.execute("UPDATE freshet.change_log SET at = at - interval '1 hour'");
    for (int round = 1; round <= 5; round++) {
      ring.emptySlots();
      ring.relieve();
    }
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
    moveOn();
    settle("one", changeLog.look().snapshot());
    settle("two", before);
    settle("three", changeLog.look().snapshot());
    assertThat(ring.emptySlots()).as("the slot before, that all have applied").isEqualTo(1);
    assertThat(shop.loggedRows()).isEqualTo(1);
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
      statement.execute("UPDATE items SET value = 1 WHERE id = 1");
      moveOn();
      settle(changeLog.look().snapshot());
      assertThat(ring.emptySlots()).isEqualTo(1);
      assertThat(shop.loggedRows()).as("of others").isZero();
      statement.execute("COMMIT");
    }
    assertThat(ring.emptySlots()).as("no chain has applied it yet").isZero();
    assertThat(shop.loggedRows()).isEqualTo(1);
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
    moveOn();
    shop.execute("DELETE FROM freshet.position");
    changeLog.keepPosition(CHAIN, changeLog.look().snapshot()); // once: nothing is settled
    assertThat(ring.emptySlots()).isZero();
    assertThat(ring.isTight()).isTrue();
    assertThat(ring.relieve()).isPositive();
    assertThat(shop.loggedRows()).isZero();

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
        shop.execute(Shop.FILL_CHANGE_LOG);
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
  void aSlotThatWasWrittenToForLongEnoughIsLeftForAnEmptyOne() throws SQLException {
    shop.execute("UPDATE items SET value = 1 WHERE id = 1");
    assertThat(presentSlot()).isEqualTo("1 true");
    ring.emptySlots();
    assertThat(presentSlot()).as("too soon").isEqualTo("1 true");
    shop.execute("UPDATE freshet.change_log SET at = at - interval '10 minutes'");
    ring.emptySlots();
    assertThat(presentSlot()).isEqualTo("2 true");
    ring.emptySlots();
    assertThat(presentSlot()).as("nothing is in it").isEqualTo("2 true");
  }

  @Test
  void theLastSlotIsStayedInAsLongAsAllOthersHoldRows() throws SQLException {
    for (int slot = 1; slot <= 3; slot++) {
      shop.execute("UPDATE items SET value = value + 1");
      shop.execute("UPDATE freshet.change_log SET at = at - interval '10 minutes'");
      ring.emptySlots();
    }
    assertThat(presentSlot()).isEqualTo("3 true");
    settle(changeLog.look().snapshot());
    assertThat(ring.emptySlots()).isEqualTo(3);
    assertThat(presentSlot()).isEqualTo("0 true");
  }

  @Test
  void everySlotTakesEveryKindOfRow() throws SQLException {
    for (int slot = 0; slot <= 3; slot++) {
      shop.execute("TRUNCATE freshet.change_log");
      shop.execute("SELECT setval('freshet.change_log_slot', %s)".formatted(slot));
      shop.execute("UPDATE items SET value = value + 1 WHERE id = 7");
      shop.execute("UPDATE items SET value = value + 1 WHERE id > 90");
      shop.execute("SELECT freshet.evict('items', ARRAY['9'])");
      shop.execute("SELECT freshet.evict('items', NULL)");
      assertThat(
              shop.ask(
                  "SELECT string_agg(tableoid::regclass || ' ' || coalesce(cardinality(keys), 0), ', ' ORDER BY at) FROM freshet.change_log"))
          .isEqualTo(
              "freshet.change_log_%1$s 1, freshet.change_log_%1$s 10, freshet.change_log_%1$s 1, freshet.change_log_%1$s 0"
                  .formatted(slot));
    }
  }

  /** As after a writer that found the log full at the moment in which it was opened. */
  @Test
  void triggersStopAskingWhetherTheLogIsFullWhenItIsNot() throws SQLException {
    shop.execute(
        "SELECT setval('freshet.change_log_slot', last_value, false) FROM freshet.change_log_slot");
    shop.execute("UPDATE items SET value = 1 WHERE id = 1");
    assertThat(presentSlot()).isEqualTo("1 false");
    ring.emptySlots();
    assertThat(presentSlot()).isEqualTo("1 true");
    assertThat(shop.ask("SELECT count(*) FROM freshet.change_log_1 WHERE keys = ARRAY['1']"))
        .isEqualTo("1");
  }

  @Test
  void withoutAnyChainNothingIsEmptied() throws SQLException {
    assertThat(ring.emptySlots()).isZero();
    assertThat(shop.loggedRows()).isPositive();
  }

  @Test
  void aChainThatIsTooOldForTheFloorIsStartedAnew() throws SQLException {
    Daemon daemon = shop.start();
    daemon.loader().get(Shop.ITEMS, "1");
    String link = shop.redis().hget("{freshet}:chain", "link");
    daemon.close();
    shop.execute("UPDATE items SET value = 1 WHERE id = 1");
    moveOn();
    shop.execute("DELETE FROM freshet.position");
    settle(changeLog.look().snapshot());
    assertThat(ring.emptySlots()).isEqualTo(2);
    assertThat(shop.redis().hget("{freshet}:chain", "link")).isEqualTo(link);

    Daemon next = shop.start();
    shop.awaitGone("item:1");
    assertThat(next.metrics().scrape())
        .contains("freshet_new_chains_total{reason=\"too_old\"} 1.0");
    next.close();
  }
}
