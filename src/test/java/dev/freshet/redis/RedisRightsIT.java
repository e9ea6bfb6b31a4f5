package dev.freshet.redis;

import static dev.freshet.redis.Samples.NAMESPACE;
import static dev.freshet.redis.Samples.eviction;
import static dev.freshet.redis.Samples.firstWrite;
import static dev.freshet.redis.Samples.link;
import static dev.freshet.redis.Samples.refresh;
import static dev.freshet.redis.Samples.view;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.freshet.codec.StoredDictionary;
import dev.freshet.codec.UndecodableException;
import dev.freshet.eviction.Chain.KeyScan;
import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.loading.FeatureStore.LeaseReply;
import dev.freshet.nearcache.NearCache;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The least rights that Freshet needs in Redis, as the documentation of the package names them. */
final class RedisRightsIT {
  private static final String RIGHTS =
      "resetkeys ~{freshet}:* ~img:* resetchannels &{freshet}:feed:* -@all +info +select +client|setname +time"
          + " +hgetall +hmget +hget +hset +hdel +exists +mget +get +set +pttl +type +unlink +scan"
          + " +randomkey +pubsub|numsub +publish +subscribe +eval +evalsha";

  @Test
  void theNamedRightsAreEnoughForAllThatFreshetDoes() {
    try (RedisProcess redis = RedisProcess.start()) {
      CommandArgs<byte[], byte[]> user =
          new CommandArgs<>(ByteArrayCodec.INSTANCE).add("SETUSER").add("app").add("on");
      user.add(">s3cret");
      List.of(RIGHTS.split(" ")).forEach(user::add);
      redis.operator().dispatch(CommandType.ACL, new StatusOutput<>(ByteArrayCodec.INSTANCE), user);

      try (RedisConnections connections =
              Samples.connections("redis://app:s3cret@127.0.0.1:" + redis.port() + "/3");
          RedisChain chain = new RedisChain(connections, NAMESPACE, Samples.CHAIN_TIMEOUT);
          RedisFeatureStore store =
              new RedisFeatureStore(connections, NAMESPACE, Duration.ofSeconds(2), 100);
          RedisDictionaries dictionaries =
              new RedisDictionaries(connections, NAMESPACE, Duration.ofSeconds(2))) {
        writesAndReads(connections, chain, store);
        mirrorsDictionaries(dictionaries);
      }
    }
  }

  private static void follows(RedisChain chain, RedisConnections connections, long freshUntilMs) {
    NearCache<String> near =
        new NearCache<>(1_000_000, Duration.ofSeconds(10), value -> 0, System::nanoTime);
    try (RedisNearFeed feed = new RedisNearFeed(connections, NAMESPACE, near)) {
      feed.start();
      await()
          .until(
              () -> {
                assertThat(chain.beat(link(2).toString(), freshUntilMs).isAccepted()).isTrue();
                near.put("k", near.stamp("k"), "v");
                return near.get("k") != null;
              });
    }
  }

  private static void writesAndReads(
      RedisConnections connections, RedisChain chain, RedisFeatureStore store) {
    long now = chain.read().redisTimeMs();
    chain.write(firstWrite());
    store.start();
    byte[] token = Samples.token();
    assertThat(store.lease(view(), "img:1", token, Duration.ofSeconds(9)).join())
        .isInstanceOf(LeaseReply.Granted.class);
    assertThat(store.fill("img:1", token, Samples.value(), Duration.ofSeconds(9)).join()).isTrue();
    assertThat(store.lookUp(view(), List.of("img:1")).join().records()).doesNotContainNull();
    try (KeyScan scan = chain.scan("img:*")) {
      assertThat(scan.next()).containsExactly("img:1");
    }
    assertThat(store.draw(20)).contains("img:1");
    assertThat(chain.write(eviction(link(0), link(1), "img:1")).deleted()).isEqualTo(1);
    store.lease(view(), "img:1", Samples.token(), Duration.ofSeconds(9)).join();
    assertThat(chain.write(refresh(link(1), link(2), "img:1", false)).leased()).hasSize(1);
    follows(chain, connections, now + 60_000);

    assertThatThrownBy(() -> chain.write(eviction(link(2), link(3), "other:1")))
        .isInstanceOf(ServerUnavailableException.class)
        .hasMessageContaining("NOPERM");
  }

  private static void mirrorsDictionaries(RedisDictionaries dictionaries) {
    dictionaries.start();
    StoredDictionary first = dictionary(1);
    StoredDictionary second = dictionary(2);
    dictionaries.mirror(view(), "1", List.of(first));
    dictionaries.mirror(view(), "2", List.of(second));
    assertThat(dictionaries.contents(view())).contains("2");
    assertThat(dictionaries.newest(view())).isEqualTo(Map.of("zstd", second.number()));
    assertThat(dictionaries.find(view(), first.number())).isEmpty();
    assertThat(dictionaries.find(view(), second.number())).contains(second.bytes());
    dictionaries.mirror(view(), "", List.of());
    assertThat(dictionaries.contents(view())).isEmpty();
    assertThat(dictionaries.newest(view())).isEmpty();
  }

  private static StoredDictionary dictionary(int content) {
    try {
      return StoredDictionary.read(new byte[] {3, (byte) content});
    } catch (UndecodableException e) {
      throw new AssertionError(e);
    }
  }
}
