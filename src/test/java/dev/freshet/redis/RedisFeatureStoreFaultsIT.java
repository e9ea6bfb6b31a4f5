package dev.freshet.redis;

import static dev.freshet.redis.Samples.NAMESPACE;
import static dev.freshet.redis.Samples.bytes;
import static dev.freshet.redis.Samples.eviction;
import static dev.freshet.redis.Samples.firstWrite;
import static dev.freshet.redis.Samples.link;
import static dev.freshet.redis.Samples.token;
import static dev.freshet.redis.Samples.value;
import static dev.freshet.redis.Samples.view;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.freshet.codec.CacheRecord;
import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.loading.FeatureStore.LeaseReply;
import dev.freshet.loading.FeatureStore.LookUp;
import dev.freshet.servers.ExpectedLog;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The store on a Redis that refuses, hangs, dies or is not there. */
final class RedisFeatureStoreFaultsIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final byte[] KEY = bytes("img:1");

  private RedisProcess redis;
  private RedisCommands<byte[], byte[]> operator;
  private RedisConnections connections;
  private RedisChain chain;
  private RedisFeatureStore store;

  @BeforeEach
  void startRedis() {
    redis = RedisProcess.start("--appendonly", "yes", "--appendfsync", "always");
    operator = redis.operator();
    connections = Samples.connections(redis.url());
    chain = new RedisChain(connections, NAMESPACE, Samples.CHAIN_TIMEOUT);
    chain.read();
    chain.write(firstWrite());
    store = new RedisFeatureStore(connections, NAMESPACE, Duration.ofMillis(250), 100);
    store.start();
    // So that Redis knows the script by its hash in all that follows.
    assertThat(store.fill("img:none", token(), value(), LONG).join()).isFalse();
  }

  @AfterEach
  void stopRedis() {
    store.close();
    chain.close();
    connections.close();
    redis.close();
  }

  @Test
  void outOfMemoryLeasesAndFillsAreRefusedAndLookUpsAnswer() {
    byte[] token = token();
    store.lease(view(), "img:1", token, LONG).join();
    operator.set(bytes("big"), new byte[2 << 20]);
    operator.configSet("maxmemory", "1mb");

    failsWith(store.lease(view(), "img:2", token(), LONG)).hasMessageContaining("OOM");
    failsWith(store.fill("img:1", token, value(), LONG))
        .hasMessageContaining("refused fill.lua")
        .hasMessageContaining("OOM");
    assertThat(store.lookUp(view(), List.of("img:1")).join().records())
        .containsExactly(CacheRecord.read(CacheRecord.lease(token)));
  }

  @Test
  void aRedisThatCannotSaveAnswersLookUpsAlsoOnANewConnection() throws Exception {
    byte[] token = token();
    store.lease(view(), "img:1", token, LONG).join();
    operator.set(bytes("img:2"), value());
    operator.configSet("appendonly", "no");
    operator.configSet("save", "3600 1");
    // A directory where the snapshot shall stand, so that even root cannot write it.
    Files.createDirectories(redis.directory().resolve("dump.rdb/x"));
    operator.bgsave();
    await().until(() -> operator.info("persistence").contains("rdb_last_bgsave_status:err"));

    failsWith(store.fill("img:1", token, value(), LONG)).hasMessageContaining("MISCONF");
    try (RedisFeatureStore other =
        new RedisFeatureStore(connections, NAMESPACE, Samples.CHAIN_TIMEOUT, 100)) {
      other.start();
      assertThat(other.lookUp(view(), List.of("img:2")).join().records())
          .containsExactly(CacheRecord.read(value()));
    }
  }

  @Test
  void aReplicaAnswersLookUpsOnly() {
    byte[] token = token();
    store.lease(view(), "img:1", token, LONG).join();
    operator.replicaof("127.0.0.1", 1);

    failsWith(store.lease(view(), "img:2", token(), LONG)).hasMessageContaining("READONLY");
    failsWith(store.fill("img:1", token, value(), LONG)).hasMessageContaining("READONLY");
    assertThat(store.lookUp(view(), List.of("img:1")).join().state()).isPresent();
  }

  @Test
  void whileRedisIsAwayCallsFailAtOnceAndAfterwardsItReconnectsByItself() {
    redis.kill();
    await().until(() -> !answersLookUps());

    long start = System.nanoTime();
    failsWith(store.lookUp(view(), List.of("img:1")))
        .hasMessageContaining("a look-up failed on Redis at 127.0.0.1:" + redis.port());
    failsWith(store.lease(view(), "img:1", token(), LONG));
    failsWith(store.fill("img:1", token(), value(), LONG));
    assertThatThrownBy(() -> store.draw(3)).isInstanceOf(ServerUnavailableException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(200));

    redis.launchAgain();
    await().until(this::answersLookUps);
    byte[] token = token();
    assertThat(store.lease(view(), "img:1", token, LONG).join())
        .isInstanceOf(LeaseReply.Granted.class);
    assertThat(store.fill("img:1", token, value(), LONG).join()).isTrue();
  }

  /**
   * All is made so that a fill that were sent again would be stored: the lease outlives the
   * server's death (its file of commands is synced at every write), and the fill's time is not up.
   */
  @Test
  void aFillThatWasUnderWayWhenRedisDiedIsNotSentAgain() {
    List<String> keys = IntStream.range(0, 20).mapToObj(i -> "img:" + i).toList();
    List<byte[]> tokens = IntStream.range(0, 20).mapToObj(i -> token()).toList();
    try (RedisFeatureStore patient =
        new RedisFeatureStore(connections, NAMESPACE, Duration.ofSeconds(30), 100)) {
      patient.start();
      for (int i = 0; i < 20; i++) {
        patient.lease(view(), keys.get(i), tokens.get(i), LONG).join();
      }
      redis.freeze();
      List<CompletableFuture<Boolean>> fills = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        fills.add(patient.fill(keys.get(i), tokens.get(i), value(), LONG));
      }
      redis.kill();
      for (int i = 10; i < 20; i++) {
        fills.add(patient.fill(keys.get(i), tokens.get(i), value(), LONG));
      }
      redis.launchAgain();
      await().until(() -> failure(patient.lookUp(view(), keys)).isEmpty());

      // What is sent again is sent before anything new: had a fill been, it would have been by now.
      assertThat(patient.lookUp(view(), keys).join().records())
          .hasSize(20)
          .allSatisfy(record -> assertThat(record).isInstanceOf(CacheRecord.Lease.class));
      assertThat(redis.calls("evalsha") + redis.calls("eval")).isZero();
      fills.forEach(RedisFeatureStoreFaultsIT::failsWith);
    }
  }

  /**
   * What a hanging server's socket holds is run when the server goes on, however late. A fill among
   * it does no harm: its lease is still in the key, so nothing was evicted since the load began …
   */
  @Test
  void aFillThatAHangingRedisRunsLateIsStoredIfItsLeaseIsThere() {
    byte[] token = token();
    store.lease(view(), "img:1", token, LONG).join();
    redis.freeze();
    failsWith(store.fill("img:1", token, value(), LONG)).hasMessageContaining("timed out");

    redis.thaw();
    await().until(() -> CacheRecord.read(operator.get(KEY)) instanceof CacheRecord.Value);
    assertThat(operator.get(KEY)).isEqualTo(value());
  }

  /** … or the lease is not there, and the late fill is refused like any other. */
  @Test
  void aFillThatAHangingRedisRunsLateIsRefusedIfItsLeaseIsGone() {
    byte[] token = token();
    store.lease(view(), "img:1", token, Duration.ofMillis(400)).join();
    long callsBefore = fillsRun();
    redis.freeze();
    failsWith(store.fill("img:1", token, value(), LONG)).hasMessageContaining("timed out");
    long frozenUntil = System.nanoTime() + Duration.ofMillis(500).toNanos();
    await().until(() -> System.nanoTime() > frozenUntil);

    redis.thaw();
    await().until(() -> fillsRun() > callsBefore);
    assertThat(operator.exists(KEY)).isZero();
    assertThat(chain.write(eviction(link(0), link(1), "img:1")).deleted()).isZero();
  }

  /** As scripts or as plain commands. */
  private long fillsRun() {
    return redis.calls("evalsha") + redis.calls("set");
  }

  @Test
  void aHangingRedisIsGivenUpAndTakenBackWhenItGoesOn() {
    redis.freeze();
    // First each call waits for its time, then the connection is closed and calls fail at once.
    await()
        .atMost(Duration.ofSeconds(15))
        .until(() -> failure(store.lookUp(view(), List.of("img:1"))).contains("not connected"));

    redis.thaw();
    await().until(this::answersLookUps);
  }

  @Test
  void noMoreCallsWaitThanAllowed() {
    redis.freeze();
    List<CompletableFuture<LookUp>> lookUps = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      lookUps.add(store.lookUp(view(), List.of("img:1")));
    }
    assertThat(lookUps.subList(100, 200)).allMatch(CompletableFuture::isCompletedExceptionally);
    lookUps.subList(0, 100).forEach(call -> failsWith(call).hasMessageContaining("timed out"));
    lookUps
        .subList(100, 200)
        .forEach(call -> failsWith(call).hasMessageContaining("100 requests already wait"));

    redis.thaw();
    await().until(this::answersLookUps);
  }

  @Test
  @ExpectedLog(
      "cannot be started once stopped") // Netty's timer, when it is closed while it connects
  void aStoreCannotStartWhereNobodyListens() {
    redis.kill();
    RedisFeatureStore other =
        new RedisFeatureStore(connections, NAMESPACE, Samples.CHAIN_TIMEOUT, 100);

    assertThatThrownBy(other::start)
        .isInstanceOf(ServerUnavailableException.class)
        .hasMessageContaining("connecting failed on Redis at 127.0.0.1:" + redis.port());
    other.close();
  }

  @Test
  void closingEndsAllThreads() {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    try (RedisConnections others = Samples.connections(redis.url());
        RedisFeatureStore own =
            new RedisFeatureStore(others, NAMESPACE, Samples.CHAIN_TIMEOUT, 10)) {
      own.start();
      new RedisChain(others, NAMESPACE, Samples.CHAIN_TIMEOUT).read();
      assertThat(threadsSince(before)).isNotEmpty();
    }
    await().untilAsserted(() -> assertThat(threadsSince(before)).isEmpty());
  }

  private static List<String> threadsSince(Set<Thread> before) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !before.contains(thread))
        .map(Thread::getName)
        .filter(name -> name.startsWith("lettuce"))
        .toList();
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> failsWith(
      CompletableFuture<?> call) {
    return assertThatThrownBy(call::join).cause().isInstanceOf(ServerUnavailableException.class);
  }

  private boolean answersLookUps() {
    return failure(store.lookUp(view(), List.of("img:1"))).isEmpty();
  }

  /** What the call ended with; empty if it succeeded. */
  private static String failure(CompletableFuture<?> call) {
    try {
      call.join();
      return "";
    } catch (CompletionException e) {
      return String.valueOf(e.getCause());
    }
  }
}
