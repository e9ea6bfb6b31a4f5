package dev.freshet.redis;

import static dev.freshet.redis.Samples.NAMESPACE;
import static dev.freshet.redis.Samples.eviction;
import static dev.freshet.redis.Samples.firstWrite;
import static dev.freshet.redis.Samples.link;
import static dev.freshet.redis.Samples.view;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.codec.StoredDictionary;
import dev.freshet.codec.UndecodableException;
import dev.freshet.eviction.Chain.KeyScan;
import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.loading.FeatureStore.LeaseReply;
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
      "resetkeys ~{freshet}:* ~img:* resetchannels -@all +info +select +client|setname +time"
          + " +hgetall +hmget +hget +hset +hdel +exists +mget +get +set +type +unlink +scan"
          + " +randomkey +eval +evalsha";

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
        writesAndReads(chain, store);
        mirrorsDictionaries(dictionaries);
      }
    }
  }

  private static void writesAndReads(RedisChain chain, RedisFeatureStore store) {
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
    assertThat(chain.beat(link(1).toString(), now + 60_000).isAccepted()).isTrue();

    assertThatThrownBy(() -> chain.write(eviction(link(1), link(2), "other:1")))
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
