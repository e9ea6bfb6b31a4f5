package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.freshet.daemon.Daemon;
import dev.freshet.daemon.EmbeddedLoader;
import dev.freshet.loading.Feature;
import dev.freshet.loading.LoadFailedException;
import dev.freshet.loading.LoadFailedException.Kind;
import dev.freshet.loading.LoadListener;
import dev.freshet.servers.ExpectedLog;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** No more keys a second are loaded than {@code loader.keys-per-second}. */
@ExtendWith(NoLeaks.class)
class LoadRateIT {
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
  void close() throws SQLException {
    daemon.close();
    shop.close();
    database.close();
  }

  private EmbeddedLoader loader(int keysPerSecond, String deadline) {
    String yaml =
        shop.yaml()
            .replace("  connect-timeout", "  load-deadline: " + deadline + "\n  connect-timeout");
    return EmbeddedLoader.open(
        Shop.parse(yaml + "loader: {keys-per-second: %d}\n".formatted(keysPerSecond)),
        LoadListener.NONE);
  }

  private static List<CompletableFuture<Feature>> reads(EmbeddedLoader reader, int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(id -> reader.loader().getAsync(Shop.ITEMS, Integer.toString(id)))
        .toList();
  }

  @Test
  void missesWaitForTheirTurn() {
    try (EmbeddedLoader reader = loader(40, "30s")) {
      long began = System.nanoTime();
      reads(reader, 60).forEach(read -> assertThat(read.join().json()).contains("0"));
      assertThat(System.nanoTime() - began)
          .as("4 at once, and 40 a second")
          .isGreaterThan(1_300_000_000L);
    }
  }

  @Test
  @ExpectedLog("load failed kind=deadline")
  void whoWaitsLongerThanALoadMayTakeFails() {
    try (EmbeddedLoader reader = loader(20, "1s")) {
      List<Kind> failures =
          reads(reader, 60).stream()
              .map(read -> catchThrowable(read::join))
              .filter(e -> e != null)
              .map(LoadRateIT::kindOf)
              .toList();
      assertThat(failures).hasSizeGreaterThan(20).containsOnly(Kind.DEADLINE);
    }
  }

  @Test
  @ExpectedLog("load failed kind=closed")
  void whoWaitsWhenTheLoaderIsClosedFails() {
    List<CompletableFuture<Feature>> reads;
    try (EmbeddedLoader reader = loader(1, "30s")) {
      reads = reads(reader, 10);
      reads.get(0).join();
    }
    assertThat(reads.subList(1, 10))
        .allSatisfy(read -> assertThat(kindOf(catchThrowable(read::join))).isEqualTo(Kind.CLOSED));
  }

  private static Kind kindOf(Throwable thrown) {
    assertThat(thrown).isInstanceOf(CompletionException.class);
    assertThat(thrown.getCause()).isInstanceOf(LoadFailedException.class);
    return ((LoadFailedException) thrown.getCause()).kind();
  }
}
