package dev.freshet.redis;

import static dev.freshet.redis.Samples.CHAIN;
import static dev.freshet.redis.Samples.EPOCH;
import static dev.freshet.redis.Samples.FRESH;
import static dev.freshet.redis.Samples.GENERATION;
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
import dev.freshet.eviction.Chain.Field;
import dev.freshet.eviction.Chain.Write;
import dev.freshet.loading.FeatureStore.LeaseReply;
import dev.freshet.loading.FeatureStore.LookUp;
import dev.freshet.loading.FeatureStore.ViewState;
import dev.freshet.view.FeatureView;
import dev.freshet.view.ViewVersion;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The store's commands and scripts, on a Redis that works. */
final class RedisFeatureStoreIT {
  private static final byte[] KEY = bytes("img:1");
  private static final Duration LONG = Duration.ofSeconds(60);

  private static RedisProcess redis;
  private static RedisCommands<byte[], byte[]> operator;
  private static RedisConnections connections;
  private static RedisChain chain;
  private static RedisFeatureStore store;

  @BeforeAll
  static void startRedis() {
    redis = RedisProcess.start();
    operator = redis.operator();
    connections = Samples.connections(redis.url());
    chain = new RedisChain(connections, NAMESPACE, Samples.CHAIN_TIMEOUT);
    chain.read();
    store = new RedisFeatureStore(connections, NAMESPACE, Samples.CHAIN_TIMEOUT, 5_000);
    store.start();
  }

  @AfterAll
  static void stopRedis() {
    store.close();
    chain.close();
    connections.close();
    redis.close();
  }

  @BeforeEach
  void beginChain() {
    operator.flushall();
    chain.write(firstWrite());
  }

  @Test
  void aLookUpReadsStateAndRecordsInTheOrderAskedFor() {
    byte[] lease = CacheRecord.lease(token());
    operator.set(bytes("img:value"), value());
    operator.set(bytes("img:absence"), Samples.absence(view().version(), EPOCH));
    operator.set(bytes("img:lease"), lease);
    operator.set(bytes("img:plain"), bytes("{\"not\": \"ours\"}"));
    operator.set(bytes("img:empty"), bytes(""));
    operator.lpush(bytes("img:list"), bytes("x"));

    LookUp found =
        store
            .lookUp(
                view(),
                List.of(
                    "img:list",
                    "img:value",
                    "img:none",
                    "img:absence",
                    "img:lease",
                    "img:plain",
                    "img:empty",
                    "img:value"))
            .join();

    assertThat(found.state()).contains(new ViewState(GENERATION, EPOCH, view().definitionHash()));
    assertThat(found.isFresh()).isFalse();
    assertThat(found.records())
        .containsExactly(
            null,
            CacheRecord.read(value()),
            null,
            CacheRecord.read(Samples.absence(view().version(), EPOCH)),
            CacheRecord.read(lease),
            new CacheRecord.Plain(),
            new CacheRecord.Plain(),
            CacheRecord.read(value()));
  }

  @Test
  void aLookUpOfAThousandKeysAndOneOfNoneWork() {
    List<String> keys = IntStream.range(0, 1_000).mapToObj(i -> "img:" + i).toList();
    operator.set(bytes("img:777"), value());

    LookUp found = store.lookUp(view(), keys).join();

    assertThat(found.records()).hasSize(1_000);
    assertThat(found.records().get(777)).isEqualTo(CacheRecord.read(value()));
    LookUp nothing = store.lookUp(view(), List.of()).join();
    assertThat(nothing.records()).isEmpty();
    assertThat(nothing.state()).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "link",
        "generation",
        "history",
        "epoch:image-features",
        "definition:image-features"
      })
  void aMissingPartOfTheChainIsNoStateAndLeasesNothing(String field) {
    operator.hdel(CHAIN, bytes(field));
    operator.set(KEY, bytes("plain"));

    LookUp found = store.lookUp(view(), List.of("img:1")).join();

    assertThat(found.state()).isEmpty();
    assertThat(found.records()).containsExactly(new CacheRecord.Plain());
    assertThat(store.lease(view(), "img:1", token(), LONG).join())
        .isInstanceOf(LeaseReply.Unfillable.class);
    assertThat(operator.get(KEY)).isEqualTo(bytes("plain"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "fe00107", "fe00107f0", "fe00107g", "0x00107f", "+e00107f"})
  void anUnreadableEpochIsNoStateAndLeasesNothing(String epoch) {
    operator.hset(CHAIN, bytes(Field.epoch("image-features")), bytes(epoch));

    assertThat(store.lookUp(view(), List.of("img:1")).join().state()).isEmpty();
    assertThat(store.lease(view(), "img:1", token(), LONG).join())
        .isInstanceOf(LeaseReply.Unfillable.class);
    assertThat(operator.exists(KEY)).isZero();
  }

  @Test
  void anotherDefinitionOfTheViewIsUnfillable() {
    FeatureView other = view(view().version(), "SELECT image_id, other FROM t");
    operator.hset(KEY, bytes("a"), bytes("b"));

    assertThat(store.lease(other, "img:1", token(), LONG).join())
        .isInstanceOf(LeaseReply.Unfillable.class);
    assertThat(operator.type(KEY)).isEqualTo("hash");
    assertThat(store.lookUp(other, List.of()).join().state().orElseThrow().definitionHash())
        .isEqualTo(view().definitionHash());
  }

  @Test
  void theFreshnessLeaseIsSeenWhileItLasts() {
    chain.beat(link(0).toString(), chain.read().redisTimeMs() + 60_000);
    assertThat(store.lookUp(view(), List.of()).join().isFresh()).isTrue();

    operator.pexpire(FRESH, 1);
    await().until(() -> !store.lookUp(view(), List.of()).join().isFresh());
  }

  @Test
  void freshnessIsAskedForBeforeTheRecordsAndTheStateAfterThem() throws Exception {
    try (Monitor monitor = new Monitor(redis.port())) {
      store.lookUp(view(), List.of("img:1")).join();

      assertThat(monitor.commandsUntil("HMGET")).containsSubsequence("EXISTS", "MGET", "HMGET");
    }
  }

  @Test
  void aKeyThatHoldsNothingUsableIsLeased() {
    byte[] token = token();

    assertThat(store.lease(view(), "img:1", token, LONG).join())
        .isEqualTo(
            new LeaseReply.Granted(new ViewState(GENERATION, EPOCH, view().definitionHash())));
    assertThat(operator.get(KEY)).isEqualTo(CacheRecord.lease(token));
    assertThat(operator.pttl(KEY)).isBetween(50_000L, 60_000L);
  }

  @Test
  void whatIsUsableIsHeldAndStaysAsItIs() {
    for (byte[] record :
        List.of(
            value(),
            Samples.absence(view().version(), EPOCH),
            CacheRecord.lease(token()),
            CacheRecord.value(
                new CacheRecord.Header((byte) 9, view().version(), EPOCH, 1), new byte[0]))) {
      operator.set(KEY, record, SetArgs.Builder.px(5_000));

      assertThat(store.lease(view(), "img:1", token(), LONG).join())
          .isEqualTo(new LeaseReply.Held(CacheRecord.read(record)));
      assertThat(operator.get(KEY)).isEqualTo(record);
      assertThat(operator.pttl(KEY)).isLessThanOrEqualTo(5_000);
    }
  }

  @Test
  void whatIsNotUsableIsOverwritten() {
    ViewVersion version = view().version();
    byte[] tooLongAbsence = Arrays.copyOf(Samples.absence(version, EPOCH), 13);
    byte[] tooShortLease = new byte[16];
    byte[] tooShortValue = Arrays.copyOf(value(), 11);
    for (byte[] record :
        List.of(
            value(version, EPOCH + 1),
            value(version, 0),
            value(new ViewVersion(version.major(), version.minor() + 1), EPOCH),
            value(new ViewVersion(version.major() + 1, version.minor()), EPOCH),
            Samples.absence(version, EPOCH - 1),
            Samples.absence(new ViewVersion(version.minor(), version.major()), EPOCH),
            tooLongAbsence,
            tooShortLease,
            tooShortValue,
            bytes("{\"plain\": 1}"),
            bytes(""))) {
      operator.set(KEY, record);
      byte[] token = token();

      assertThat(store.lease(view(), "img:1", token, LONG).join())
          .isInstanceOf(LeaseReply.Granted.class);
      assertThat(operator.get(KEY)).isEqualTo(CacheRecord.lease(token));
    }
  }

  @Test
  void aKeyOfAnotherTypeIsOverwritten() {
    operator.zadd(KEY, 1, bytes("x"));
    byte[] token = token();

    assertThat(store.lease(view(), "img:1", token, LONG).join())
        .isInstanceOf(LeaseReply.Granted.class);
    assertThat(operator.get(KEY)).isEqualTo(CacheRecord.lease(token));
  }

  @Test
  void aValueOfAnEpochThatASweepHasEndedIsNotHeld() {
    operator.set(KEY, value());
    chain.write(
        new Write(
            link(0).toString(),
            link(1),
            List.of(),
            Map.of(Field.epoch("image-features"), "00000001")));

    assertThat(store.lookUp(view(), List.of("img:1")).join().state().orElseThrow().epoch())
        .isEqualTo(1);
    assertThat(store.lease(view(), "img:1", token(), LONG).join())
        .isInstanceOf(LeaseReply.Granted.class);
  }

  @Test
  void aFillPutsTheRecordInPlaceOfItsLease() {
    byte[] token = token();
    store.lease(view(), "img:1", token, Duration.ofSeconds(5)).join();

    assertThat(store.fill("img:1", token, value(), LONG).join()).isTrue();
    assertThat(operator.get(KEY)).isEqualTo(value());
    assertThat(operator.pttl(KEY)).isBetween(50_000L, 60_000L);
  }

  @Test
  void aFillIsAPlainCommandWhereTheServerComparesByItself() {
    byte[] token = token();
    store.lease(view(), "img:1", token, LONG).join();
    long scriptsBefore = scriptsRun();

    assertThat(store.fill("img:1", token, value(), LONG).join()).isTrue();
    boolean isPlain = ServerInfo.parse(operator.info("server")).knowsSetIfEqual();
    assertThat(scriptsRun() == scriptsBefore).isEqualTo(isPlain);
  }

  private static long scriptsRun() {
    return operator
        .info("commandstats")
        .lines()
        .filter(line -> line.startsWith("cmdstat_eval"))
        .mapToLong(line -> Long.parseLong(line.replaceAll(".*:calls=(\\d+),.*", "$1")))
        .sum();
  }

  @Test
  void aFillTakesPlaceOnAServerThatTurnsOutToBeOlder() {
    byte[] token = token();
    store.lease(view(), "img:1", token, LONG).join();
    ServerInfo newer = new ServerInfo("", "8.4.0", "", false);
    LeaseFill fill = new LeaseFill();
    try (RedisSession session = new RedisSession(redis.connect(), newer, ended -> {})) {
      byte[] lease = CacheRecord.lease(token);
      assertThat(fill.run(session, KEY, CacheRecord.lease(token()), value(), bytes("60000")).join())
          .isFalse();
      assertThat(fill.run(session, KEY, lease, value(), bytes("60000")).join()).isTrue();
    }
    assertThat(operator.get(KEY)).isEqualTo(value());
  }

  @Test
  void aSecondFillWithTheSameLeaseIsRefused() {
    byte[] token = token();
    store.lease(view(), "img:1", token, LONG).join();
    store.fill("img:1", token, value(), LONG).join();

    assertThat(store.fill("img:1", token, value(view().version(), 1), LONG).join()).isFalse();
    assertThat(operator.get(KEY)).isEqualTo(value());
  }

  @Test
  void aFillAfterSomebodysDeleteIsRefused() {
    byte[] token = token();
    store.lease(view(), "img:1", token, LONG).join();
    operator.del(KEY);

    assertThat(store.fill("img:1", token, value(), LONG).join()).isFalse();
    assertThat(operator.exists(KEY)).isZero();
  }

  @Test
  void aFillAfterAnEvictionIsRefused() {
    byte[] token = token();
    store.lease(view(), "img:1", token, LONG).join();
    assertThat(chain.write(eviction(link(0), link(1), "img:1")).deleted()).isEqualTo(1);

    assertThat(store.fill("img:1", token, value(), LONG).join()).isFalse();
    assertThat(operator.exists(KEY)).isZero();
  }

  @Test
  void aFillAfterItsLeaseExpiredIsRefused() {
    byte[] token = token();
    store.lease(view(), "img:1", token, Duration.ofMillis(1)).join();
    await().until(() -> operator.exists(KEY) == 0);

    assertThat(store.fill("img:1", token, value(), LONG).join()).isFalse();
    assertThat(operator.exists(KEY)).isZero();
  }

  @Test
  void ofTwoLeasesInAKeyOnlyTheSecondFills() {
    byte[] first = token();
    byte[] second = token();
    store.lease(view(), "img:1", first, LONG).join();
    operator.del(KEY);
    store.lease(view(), "img:1", second, LONG).join();

    assertThat(store.fill("img:1", first, value(view().version(), 1), LONG).join()).isFalse();
    assertThat(operator.get(KEY)).isEqualTo(CacheRecord.lease(second));
    assertThat(store.fill("img:1", second, value(), LONG).join()).isTrue();
    assertThat(operator.get(KEY)).isEqualTo(value());
  }

  @Test
  void aFillOverSomethingElseIsRefused() {
    byte[] token = token();
    store.lease(view(), "img:1", token, LONG).join();
    operator.set(KEY, bytes("somebody's own value"));
    assertThat(store.fill("img:1", token, value(), LONG).join()).isFalse();
    assertThat(operator.get(KEY)).isEqualTo(bytes("somebody's own value"));

    operator.del(KEY);
    operator.sadd(KEY, bytes("x"));
    assertThat(store.fill("img:1", token, value(), LONG).join()).isFalse();
    assertThat(operator.type(KEY)).isEqualTo("set");
  }

  @Test
  void aScriptFlushBetweenLeaseAndFillIsNotNoticed() {
    byte[] token = token();
    operator.scriptFlush();
    store.lease(view(), "img:1", token, LONG).join();
    operator.scriptFlush();

    assertThat(store.fill("img:1", token, value(), LONG).join()).isTrue();
  }

  @Test
  void manyCallsMayWaitForTheirRepliesAtOnce() {
    List<byte[]> tokens = IntStream.range(0, 1_000).mapToObj(i -> token()).toList();
    operator.scriptFlush();
    var leases =
        IntStream.range(0, 1_000)
            .mapToObj(i -> store.lease(view(), "img:" + i, tokens.get(i), LONG))
            .toList();
    leases.forEach(lease -> assertThat(lease.join()).isInstanceOf(LeaseReply.Granted.class));
    var fills =
        IntStream.range(0, 1_000)
            .mapToObj(i -> store.fill("img:" + i, tokens.get(i), value(), LONG))
            .toList();
    fills.forEach(fill -> assertThat(fill.join()).isTrue());
  }

  @Test
  void aStoreThatWasNotStartedSaysSo() {
    RedisFeatureStore idle =
        new RedisFeatureStore(connections, NAMESPACE, Samples.CHAIN_TIMEOUT, 10);

    assertThatThrownBy(() -> idle.lookUp(view(), List.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the store was used before start()");
    idle.close();
  }
}
