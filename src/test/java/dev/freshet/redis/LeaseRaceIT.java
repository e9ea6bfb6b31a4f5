package dev.freshet.redis;

import static dev.freshet.redis.Samples.EPOCH;
import static dev.freshet.redis.Samples.NAMESPACE;
import static dev.freshet.redis.Samples.bytes;
import static dev.freshet.redis.Samples.firstWrite;
import static dev.freshet.redis.Samples.link;
import static dev.freshet.redis.Samples.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.change.Link;
import dev.freshet.codec.CacheRecord;
import dev.freshet.eviction.Chain.Write;
import dev.freshet.loading.FeatureStore.LeaseReply;
import io.lettuce.core.KeyValue;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Loaders that fill, a writer that changes and evicts, and an operator who deletes, all at once:
 * once a change has been evicted, no value that is older than it is ever seen again.
 */
final class LeaseRaceIT {
  private static final int KEYS = 8;
  private static final int CHANGES = 3_000;
  private static final int LOADERS = 6;

  /** The rows: the number of changes that each has seen. */
  private final AtomicIntegerArray rows = new AtomicIntegerArray(KEYS);

  private volatile boolean isRunning = true;

  @Test
  void noLoaderLeavesAValueThatAChangeHasOutdated() throws Exception {
    long seed = Long.getLong("freshet.seed", System.nanoTime());
    System.out.println("LeaseRaceIT: -Dfreshet.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    ExecutorService threads = Executors.newFixedThreadPool(LOADERS + 1);
    try (RedisProcess redis = RedisProcess.start();
        RedisConnections connections = Samples.connections(redis.url());
        RedisChain chain = new RedisChain(connections, NAMESPACE, Samples.CHAIN_TIMEOUT);
        RedisFeatureStore store =
            new RedisFeatureStore(connections, NAMESPACE, Samples.CHAIN_TIMEOUT, 1_000)) {
      chain.read();
      chain.write(firstWrite());
      store.start();
      List<Future<Integer>> loaders = new ArrayList<>();
      for (int i = 0; i < LOADERS; i++) {
        SplittableRandom own = random.split();
        loaders.add(threads.submit(() -> load(store, own)));
      }
      try {
        change(chain, redis, random);
      } finally {
        isRunning = false;
      }
      int stored = 0;
      for (Future<Integer> loader : loaders) {
        stored += loader.get();
      }
      assertThat(stored).isGreaterThan(100);
      assertNothingIsOutdated(redis, CHANGES);
    } finally {
      threads.shutdownNow();
    }
  }

  private void change(RedisChain chain, RedisProcess redis, SplittableRandom random) {
    Link last = link(0);
    for (int change = 1; change <= CHANGES; change++) {
      int row = random.nextInt(KEYS);
      rows.incrementAndGet(row);
      Link next = link(change);
      chain.write(new Write(last.toString(), next, List.of("img:" + row), Map.of()));
      last = next;
      assertNothingIsOutdated(redis, change);
      if (random.nextInt(10) == 0) {
        redis.operator().del(bytes("img:" + random.nextInt(KEYS)));
      }
    }
  }

  private int load(RedisFeatureStore store, SplittableRandom random) {
    int stored = 0;
    while (isRunning) {
      int row = random.nextInt(KEYS);
      byte[] token = new byte[CacheRecord.TOKEN_BYTES];
      random.nextBytes(token);
      Duration time = Duration.ofMillis(random.nextInt(4) == 0 ? 1 : 10_000);
      if (store.lease(view(), "img:" + row, token, time).join() instanceof LeaseReply.Granted) {
        byte[] seen = ByteBuffer.allocate(4).putInt(rows.get(row)).array();
        for (int lookUps = random.nextInt(8); lookUps > 0; lookUps--) {
          store.lookUp(view(), List.of("img:" + row)).join();
        }
        byte[] record =
            CacheRecord.value(new CacheRecord.Header((byte) 0, view().version(), EPOCH, 1), seen);
        if (store.fill("img:" + row, token, record, Duration.ofSeconds(60)).join()) {
          stored++;
        }
      }
    }
    return stored;
  }

  /** All changes so far have been evicted, and nobody else makes any. */
  private void assertNothingIsOutdated(RedisProcess redis, int change) {
    for (KeyValue<byte[], byte[]> held : redis.operator().mget(cacheKeys())) {
      if (CacheRecord.read(held.getValueOrElse(new byte[0])) instanceof CacheRecord.Value value) {
        int row = held.getKey()[held.getKey().length - 1] - '0';
        assertThat(value.payload().getInt())
            .as("row %d after change %d", row, change)
            .isEqualTo(rows.get(row));
      }
    }
  }

  private static byte[][] cacheKeys() {
    return IntStream.range(0, KEYS).mapToObj(row -> bytes("img:" + row)).toArray(byte[][]::new);
  }
}
