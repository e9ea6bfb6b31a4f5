package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.daemon.Daemon;
import dev.freshet.loading.Feature;
import dev.freshet.loading.Feature.Source;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import dev.freshet.view.MalformedKeyException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class MainJobIT {
  private TestDatabase database;
  private Shop shop;
  private Daemon daemon;

  @BeforeEach
  void startDaemon() throws SQLException {
    database = TestServers.database();
    shop = new Shop(database, TestServers.redisUrl());
    daemon = shop.start();
  }

  @AfterEach
  void stopDaemon() throws SQLException {
    daemon.close();
    shop.close();
    database.close();
  }

  private Feature item(int id) {
    return daemon.loader().get(Shop.ITEMS, Integer.toString(id));
  }

  @Test
  void aMissIsFilledAndTheNextReadIsAHit() {
    assertThat(item(1).source()).isEqualTo(Source.POSTGRES);
    assertThat(item(1).source()).isEqualTo(Source.REDIS);
    assertThat(item(1).json()).contains("0");
  }

  @Test
  void aCommittedChangeEvictsItsKeyAndTheNextReadIsFresh() throws SQLException {
    item(1);
    item(2);
    shop.execute("UPDATE items SET value = 7 WHERE id = 1");
    shop.awaitGone("item:1");
    assertThat(item(1).json()).contains("7");
    assertThat(item(2).source()).isEqualTo(Source.REDIS);
  }

  @Test
  void aChangeOfOtherColumnsEvictsNothing() throws SQLException {
    item(1);
    item(2);
    shop.execute("UPDATE items SET note = 'b' WHERE id = 1");
    shop.execute("UPDATE items SET value = 1 WHERE id = 2");
    shop.awaitGone("item:2");
    assertThat(shop.holds("item:1")).isTrue();
  }

  @Test
  void aChangedKeyEvictsTheOldAndTheNewEntity() throws SQLException {
    item(1);
    assertThat(item(1001).isAbsent()).isTrue();
    shop.execute("UPDATE items SET id = 1001 WHERE id = 1");
    shop.awaitGone("item:1");
    shop.awaitGone("item:1001");
    assertThat(item(1).isAbsent()).isTrue();
    assertThat(item(1001).json()).contains("0");
  }

  @Test
  void anAbsenceIsCachedUntilTheEntityIsInserted() throws SQLException {
    assertThat(item(500).source()).isEqualTo(Source.POSTGRES);
    assertThat(item(500).source()).isEqualTo(Source.REDIS);
    assertThat(item(500).isAbsent()).isTrue();
    shop.execute("INSERT INTO items VALUES (500, 5, '')");
    shop.awaitGone("item:500");
    assertThat(item(500).json()).contains("5");
  }

  @Test
  void aRolledBackChangeEvictsNothing() throws SQLException {
    item(1);
    item(2);
    shop.execute("BEGIN; UPDATE items SET value = 9 WHERE id = 1; ROLLBACK");
    shop.execute(
        "BEGIN; UPDATE items SET value = 9 WHERE id = 2; SAVEPOINT s; UPDATE items SET value = 9 WHERE id = 1; ROLLBACK TO s; COMMIT");
    shop.awaitGone("item:2");
    assertThat(shop.holds("item:1")).isTrue();
  }

  @Test
  void truncateEvictsTheWholeViewAndNoOther() throws SQLException {
    shop.cacheAllItems(daemon.loader());
    daemon.loader().get(Shop.CATALOGS, "north");
    shop.execute("TRUNCATE items");
    Shop.soon().until(() -> shop.redis().keys("item:*").isEmpty());
    assertThat(shop.holds("catalog:north")).isTrue();
    assertThat(item(1).isAbsent()).isTrue();
  }

  @Test
  void aPriceChangeEvictsItsStoresCatalogThroughTheKeysQuery() throws SQLException {
    Feature before = daemon.loader().get(Shop.CATALOGS, "north");
    daemon.loader().get(Shop.CATALOGS, "south");
    shop.execute("UPDATE products SET price = 99.90 WHERE id = 3");
    shop.awaitGone("catalog:north");
    assertThat(shop.holds("catalog:south")).isTrue();
    Feature after = daemon.loader().get(Shop.CATALOGS, "north");
    assertThat(after.json()).isNotEqualTo(before.json());
    assertThat(after.json().orElseThrow()).contains("99.90");
  }

  @Test
  void aProductThatMovesEvictsBothStores() throws SQLException {
    daemon.loader().getAll(Shop.CATALOGS, List.of("north", "south"));
    shop.execute("UPDATE products SET store_id = 2 WHERE id = 3");
    shop.awaitGone("catalog:north");
    shop.awaitGone("catalog:south");
  }

  @Test
  void aKeyWithSeparatorsAndGlobsIsItsOwnEntity() throws SQLException {
    String key = "a\\:b\\\\c*";
    assertThat(daemon.loader().get(Shop.CATALOGS, key).json()).isPresent();
    assertThat(shop.holds("catalog:a\\:b\\\\c*")).isTrue();
    daemon.loader().get(Shop.CATALOGS, "north");
    shop.execute("UPDATE products SET price = 2 WHERE store_id = 3");
    shop.awaitGone("catalog:a\\:b\\\\c*");
    assertThat(shop.holds("catalog:north")).isTrue();
  }

  @Test
  void aRequestFor007IsNotAnswered7() {
    assertThat(daemon.loader().get(Shop.ITEMS, "007").isAbsent()).isTrue();
    assertThat(item(7).isAbsent()).isFalse();
  }

  @Test
  void aMalformedKeyFailsAloneAndNotItsBatch() {
    Map<String, CompletableFuture<Feature>> replies =
        daemon.loader().getAllAsync(Shop.ITEMS, List.of("1", "abc", "2"));
    assertThat(replies.get("1").join().json()).contains("0");
    assertThat(replies.get("2").join().json()).contains("0");
    assertThatThrownBy(() -> replies.get("abc").join())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(MalformedKeyException.class)
        .hasMessageContaining("`abc` cannot be a key of view items");
  }

  @Test
  void anUpdateOf200000RowsEvictsExactlyTheKeysThatDependOnIt() throws SQLException {
    shop.execute("INSERT INTO items SELECT i, 0, 'bulk' FROM generate_series(1000, 200999) AS i");
    shop.cacheAllItems(daemon.loader());
    List<String> bulk = IntStream.range(1000, 11_000).mapToObj(Integer::toString).toList();
    Shop.soon() // a key that the INSERT's own eviction overtakes is read again
        .until(
            () -> {
              for (int from = 0; from < bulk.size(); from += 1000) {
                daemon.loader().getAll(Shop.ITEMS, bulk.subList(from, from + 1000));
              }
              return shop.redis().keys("item:*").size() == 10_100;
            });
    shop.execute("UPDATE items SET value = 1 WHERE note = 'bulk'");
    Shop.soon().until(() -> shop.redis().keys("item:*").size() == 100);
    assertThat(shop.redis().keys("item:*"))
        .containsExactlyInAnyOrderElementsOf(
            Shop.allItems().stream().map(id -> "item:" + id).toList());
  }

  @Test
  void evictionsThatPeopleAskForGoThroughTheChangeLog() throws SQLException {
    item(1);
    item(2);
    shop.execute("SELECT freshet.evict('items', ARRAY['1'])");
    shop.awaitGone("item:1");
    assertThat(shop.holds("item:2")).isTrue();
    shop.execute("SELECT freshet.evict('items', NULL)");
    shop.awaitGone("item:2");
  }
}
