package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.daemon.Daemon;
import dev.freshet.loading.Feature;
import dev.freshet.loading.Feature.Source;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What happens between a load's snapshot and its fill. The load query waits at a gate, an advisory
 * lock, with its snapshot already taken.
 */
@ExtendWith(NoLeaks.class)
class LeaseRaceIT {
  private static final String GATED_LOAD =
      "SELECT i.id, i.value FROM (SELECT pg_advisory_xact_lock_shared(4711)) AS gate, public.items AS i WHERE i.id = ANY(:id::bigint[])";

  private TestDatabase database;
  private Shop shop;
  private Daemon daemon;
  private Connection gate;

  @BeforeEach
  void startDaemon() throws SQLException {
    database = TestServers.database();
    shop = new Shop(database, TestServers.redisUrl());
    daemon = shop.start(shop.config(GATED_LOAD), Daemon.Options.DEFAULT);
    gate = database.connect();
  }

  @AfterEach
  void stopDaemon() throws SQLException {
    gate.close();
    daemon.close();
    shop.close();
    database.close();
  }

  private void gate(String function) throws SQLException {
    try (Statement statement = gate.createStatement()) {
      statement.execute("SELECT %s(4711)".formatted(function));
    }
  }

  /** Begins a read whose load has taken its snapshot and waits at the gate. */
  private CompletableFuture<Feature> readThatWaits(int loadsAtTheGate) {
    CompletableFuture<Feature> read = daemon.loader().getAsync(Shop.ITEMS, "1");
    Shop.soon().until(() -> loadsAtTheGate() == loadsAtTheGate);
    return read;
  }

  private int loadsAtTheGate() throws SQLException {
    return Integer.parseInt(
        shop.ask(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted"));
  }

  private double refusedFills() {
    return daemon
        .metrics()
        .scrape()
        .lines()
        .filter(
            line ->
                line.startsWith("freshet_refused_fills_total{")
                    && line.contains("lease_gone")
                    && line.contains("items"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private String valueNow() {
    return daemon.loader().get(Shop.ITEMS, "1").json().orElseThrow();
  }

  @Test
  void aFillAfterAnEvictionIsRefused() throws SQLException {
    gate("pg_advisory_lock");
    CompletableFuture<Feature> read = readThatWaits(1);
    assertThat(shop.redis().strlen("item:1")).as("a lease").isEqualTo(17);
    shop.execute("UPDATE items SET value = 5 WHERE id = 1");
    shop.awaitGone("item:1");
    gate("pg_advisory_unlock");
    assertThat(read.join().json()).as("what the load's snapshot saw").contains("0");
    assertThat(shop.holds("item:1")).isFalse();
    assertThat(refusedFills()).isEqualTo(1);
    assertThat(valueNow()).isEqualTo("5");
  }

  @Test
  void aFillAfterAPlainDelIsRefused() throws SQLException {
    gate("pg_advisory_lock");
    CompletableFuture<Feature> read = readThatWaits(1);
    shop.redis().del("item:1");
    gate("pg_advisory_unlock");
    assertThat(read.join().json()).contains("0");
    assertThat(shop.holds("item:1")).isFalse();
    assertThat(refusedFills()).isEqualTo(1);
  }

  @Test
  void aFillAfterItsLeaseWasDroppedIsRefused() throws SQLException {
    gate("pg_advisory_lock");
    CompletableFuture<Feature> read = readThatWaits(1);
    shop.redis().pexpire("item:1", 1);
    shop.awaitGone("item:1");
    gate("pg_advisory_unlock");
    assertThat(read.join().json()).contains("0");
    assertThat(shop.holds("item:1")).isFalse();
    assertThat(refusedFills()).isEqualTo(1);
  }

  @Test
  void whoAsksAfterAnEvictionDoesNotJoinTheFlightBeforeIt() throws SQLException {
    gate("pg_advisory_lock");
    CompletableFuture<Feature> before = readThatWaits(1);
    shop.execute("UPDATE items SET value = 5 WHERE id = 1");
    shop.awaitGone("item:1");
    CompletableFuture<Feature> after = readThatWaits(2);
    gate("pg_advisory_unlock");
    assertThat(before.join().json()).contains("0");
    assertThat(after.join().json()).contains("5");
    Feature next = daemon.loader().get(Shop.ITEMS, "1");
    assertThat(next.json()).contains("5");
    assertThat(next.source()).isEqualTo(Source.REDIS);
  }

  @Test
  void whoAsksWhileALeaseIsHeldJoinsItsFlight() throws SQLException {
    gate("pg_advisory_lock");
    CompletableFuture<Feature> first = readThatWaits(1);
    CompletableFuture<Feature> second = readThatWaits(1);
    gate("pg_advisory_unlock");
    assertThat(first.join().json()).contains("0");
    assertThat(second.join().json()).contains("0");
    assertThat(
            daemon
                .metrics()
                .scrape()
                .lines()
                .filter(line -> line.startsWith("freshet_loads_total{view=\"items\"}"))
                .findFirst())
        .hasValueSatisfying(line -> assertThat(line).endsWith(" 1.0"));
  }

  @Test
  void aFillUnderAnotherGenerationIsRefused() throws SQLException {
    gate("pg_advisory_lock");
    CompletableFuture<Feature> read = readThatWaits(1);
    shop.execute("UPDATE freshet.generation SET id = 'another'");
    Shop.soon().until(() -> daemon.metrics().scrape().contains("reason=\"other_generation\"} 1.0"));
    shop.awaitGone("item:1");
    gate("pg_advisory_unlock");
    read.join();
    assertThat(refusedFills()).as("the new chain's sweep took the lease").isEqualTo(1);
    assertThat(valueNow()).isEqualTo("0");
    Shop.soon().untilAsserted(() -> assertThat(shop.holds("item:1")).isTrue());
  }
}
