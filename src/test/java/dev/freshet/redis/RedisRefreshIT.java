package dev.freshet.redis;

import static dev.freshet.redis.Samples.NAMESPACE;
import static dev.freshet.redis.Samples.bytes;
import static dev.freshet.redis.Samples.firstWrite;
import static dev.freshet.redis.Samples.link;
import static dev.freshet.redis.Samples.refresh;
import static dev.freshet.redis.Samples.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.codec.CacheRecord;
import dev.freshet.eviction.Chain.Reply;
import dev.freshet.eviction.Chain.Write;
import dev.freshet.loading.FeatureStore.LeaseReply;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the chain's script does with keys that are refreshed, on a Redis that works. */
final class RedisRefreshIT extends ChainOnRedis {
  private static final byte[] KEY = bytes("img:1");

  private RedisFeatureStore store;

  @BeforeEach
  void openStore() {
    chain.write(firstWrite());
    store = new RedisFeatureStore(connections, NAMESPACE, Duration.ofSeconds(2), 100);
    store.start();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  private Write refreshing(int from, boolean carriesCopy) {
    return refresh(link(from), link(from + 1), "img:1", carriesCopy);
  }

  private static byte[] token(Write write) {
    return write.leases().get(0).token().array();
  }

  private CacheRecord.Lease lookUp() {
    CacheRecord record = store.lookUp(view(), List.of("img:1")).join().records().get(0);
    assertThat(record).isInstanceOf(CacheRecord.Lease.class);
    return (CacheRecord.Lease) record;
  }

  @Test
  void anEmptyKeyStaysEmpty() {
    assertThat(chain.write(refreshing(0, true)).leased()).containsExactly(Reply.HELD_NOTHING);
    assertThat(operator.exists(KEY)).isZero();
  }

  @Test
  void aValueIsReplacedAndItsTimeIsTold() {
    operator.set(KEY, Samples.value());
    operator.pexpire(KEY, 60_000);

    Reply reply = chain.write(refreshing(0, false));

    assertThat(reply.leased()).hasSize(1);
    assertThat(reply.leased().get(0)).isBetween(50_000L, 60_000L);
    assertThat(operator.get(KEY)).hasSize(CacheRecord.LEASE_BYTES);
    assertThat(operator.pttl(KEY)).isBetween(5_000L, 10_000L);
  }

  @Test
  void aReadersLeaseIsReplacedSoThatItsFillIsRefused() {
    byte[] readers = Samples.token();
    store.lease(view(), "img:1", readers, Duration.ofSeconds(9)).join();

    Write write = refreshing(0, false);
    assertThat(chain.write(write).leased()).containsExactly(Reply.TIME_UNKNOWN);

    assertThat(store.fill("img:1", readers, Samples.value(), Duration.ofSeconds(9)).join())
        .isFalse();
    assertThat(store.fill("img:1", token(write), Samples.value(), Duration.ofSeconds(9)).join())
        .isTrue();
  }

  @Test
  void aWriteThatIsNotAcceptedPutsNoLease() {
    operator.set(KEY, Samples.value());

    assertThat(chain.write(refreshing(5, true)).isAccepted()).isFalse();
    assertThat(operator.get(KEY)).isEqualTo(Samples.value());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFillReplacesTheLeaseAndItsCopy(boolean carriesCopy) {
    operator.set(KEY, Samples.value());
    Write write = refreshing(0, carriesCopy);
    assertThat(chain.write(write).leased()).containsExactly(Reply.TIME_UNKNOWN);

    assertThat(lookUp().copy() == null).isEqualTo(!carriesCopy);
    assertThat(store.fill("img:1", token(write), bytes("new"), Duration.ofSeconds(9)).join())
        .isTrue();
    assertThat(operator.get(KEY)).isEqualTo(bytes("new"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aLeaseThatIsGivenBackTakesItsCopyWithIt(boolean carriesCopy) {
    operator.set(KEY, Samples.value());
    Write write = refreshing(0, carriesCopy);
    chain.write(write);

    assertThat(store.release("img:1", Samples.token()).join()).isFalse();
    assertThat(store.release("img:1", token(write)).join()).isTrue();
    assertThat(operator.exists(KEY)).isZero();
  }

  @Test
  void aCopyGoesOnToTheNextLeaseWithTheEndOfTheFirst() {
    operator.set(KEY, Samples.value());
    Write first = refreshing(0, true);
    chain.write(first);
    operator.pexpire(KEY, 3_000);

    Write second = refreshing(1, true);
    assertThat(chain.write(second).leased()).containsExactly(Reply.TIME_UNKNOWN);

    assertThat(lookUp().token()).isEqualTo(second.leases().get(0).token());
    assertThat(lookUp().copy()).isEqualTo(CacheRecord.read(Samples.value()));
    assertThat(operator.pttl(KEY)).isLessThanOrEqualTo(3_000);
    assertThat(store.fill("img:1", token(first), bytes("late"), Duration.ofSeconds(9)).join())
        .isFalse();
  }

  @Test
  void otherLoadersDoNotReplaceALeaseWithACopy() {
    operator.set(KEY, Samples.value());
    chain.write(refreshing(0, true));

    assertThat(store.lease(view(), "img:1", Samples.token(), Duration.ofSeconds(9)).join())
        .isInstanceOf(LeaseReply.Held.class);
  }

  @Test
  void whatIsNoStringIsReplacedByALeaseToo() {
    operator.rpush(KEY, bytes("somebody"), bytes("else's"));

    assertThat(chain.write(refreshing(0, true)).leased()).containsExactly(Reply.TIME_UNKNOWN);
    assertThat(lookUp().copy()).isNull();
  }
}
