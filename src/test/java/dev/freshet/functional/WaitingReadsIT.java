package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.daemon.EmbeddedLoader;
import dev.freshet.loading.Feature;
import dev.freshet.loading.FeatureLoader;
import dev.freshet.loading.LoadFailedException;
import dev.freshet.loading.LoadFailedException.Kind;
import dev.freshet.loading.LoadListener;
import dev.freshet.servers.ExpectedLog;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** No more reads of an embedded loader wait than {@code loader.waiting-max}, for whatever. */
@ExtendWith(NoLeaks.class)
class WaitingReadsIT {
  private static final int WAITING_MAX = 5;

  private TestDatabase database;
  private Shop shop;
  private Daemon daemon;
  private EmbeddedLoader embedded;
  private Connection locking;
  private final List<CompletableFuture<Feature>> waiting = new ArrayList<>();

  @BeforeEach
  void lockTheItems() throws SQLException {
    database = TestServers.database();
    shop = new Shop(database, TestServers.redisUrl());
    daemon = shop.start();
    String yaml = shop.yaml();
    FreshetConfig config =
        Shop.parse(yaml + "loader:\n  waiting-max: " + WAITING_MAX + "\n  concurrency: 2\n");
    embedded = EmbeddedLoader.open(config, LoadListener.NONE);
    locking = database.connect();
    locking.setAutoCommit(false);
    try (Statement statement = locking.createStatement()) {
      statement.execute("LOCK TABLE public.items IN ACCESS EXCLUSIVE MODE");
    }
  }

  @AfterEach
  void close() throws SQLException {
    locking.close();
    embedded.close();
    daemon.close();
    shop.close();
    database.close();
  }

  private FeatureLoader loader() {
    return embedded.loader();
  }

  /** Begins reads until all places are taken. */
  private void readUntilNoPlaceIsLeft(int firstId, int step) {
    for (int i = 0; i < WAITING_MAX; i++) {
      waiting.add(loader().getAsync(Shop.ITEMS, Integer.toString(firstId + i * step)));
    }
    Shop.soon().until(() -> isRefused(loader().getAsync(Shop.ITEMS, "100")));
    assertThat(waiting).noneMatch(CompletableFuture::isDone);
  }

  private static boolean isRefused(CompletableFuture<Feature> read) {
    assertThat(read)
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableThat()
        .havingCause()
        .isInstanceOfSatisfying(
            LoadFailedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.OVERLOADED));
    return true;
  }

  private void unlock() throws SQLException {
    locking.rollback();
    waiting.forEach(
        read ->
            assertThat(read)
                .succeedsWithin(Duration.ofSeconds(10))
                .matches(feature -> feature.json().isPresent()));
    List<String> asManyAsThereArePlaces = List.of("81", "82", "83", "84", "85");
    Shop.soon().until(() -> loader().getAll(Shop.ITEMS, asManyAsThereArePlaces).size() == 5);
  }

  @Test
  @ExpectedLog("WARN freshet.loading: load failed kind=overloaded")
  void readsOfDifferentKeysTakeAPlaceEach() throws SQLException {
    readUntilNoPlaceIsLeft(1, 1);
    unlock();
  }

  @Test
  @ExpectedLog("WARN freshet.loading: load failed kind=overloaded")
  void readsThatJoinTheLoadOfAnotherTakeAPlaceEach() throws SQLException {
    readUntilNoPlaceIsLeft(1, 0);
    unlock();
  }

  @Test
  @ExpectedLog("WARN freshet.loading: load failed kind=overloaded")
  void readsThatWaitForAnotherLoadersFillTakeAPlaceEach() throws SQLException {
    CompletableFuture<Feature> anothers = daemon.loader().getAsync(Shop.ITEMS, "1");
    Shop.soon().until(() -> shop.holds("item:1"));
    readUntilNoPlaceIsLeft(1, 0);
    unlock();
    assertThat(anothers).succeedsWithin(Duration.ofSeconds(10));
  }

  @Test
  @ExpectedLog("WARN freshet.loading: load failed kind=overloaded")
  void aCallerWhoGivesUpLeavesNoPlaceThatIsStillTaken() throws SQLException {
    readUntilNoPlaceIsLeft(1, 1);
    waiting.forEach(read -> read.cancel(true));
    waiting.clear();
    assertThat(isRefused(loader().getAsync(Shop.ITEMS, "99"))).isTrue();
    unlock();
  }

  @Test
  @ExpectedLog("WARN freshet.loading: load failed kind=closed")
  void readsThatWaitForAnotherLoadersFillEndWithTheLoader() throws SQLException {
    CompletableFuture<Feature> anothers = daemon.loader().getAsync(Shop.ITEMS, "1");
    Shop.soon().until(() -> shop.holds("item:1"));
    CompletableFuture<Feature> read = loader().getAsync(Shop.ITEMS, "1");
    loader().close();
    assertThat(read)
        .failsWithin(5, TimeUnit.SECONDS)
        .withThrowableThat()
        .havingCause()
        .isInstanceOfSatisfying(
            LoadFailedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CLOSED));
    locking.rollback();
    assertThat(anothers).succeedsWithin(Duration.ofSeconds(10));
  }
}
