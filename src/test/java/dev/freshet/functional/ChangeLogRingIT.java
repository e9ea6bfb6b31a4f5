package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.change.PgSnapshot;
import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.daemon.Servers;
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
    ring = new ChangeLogRing(postgres);
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
