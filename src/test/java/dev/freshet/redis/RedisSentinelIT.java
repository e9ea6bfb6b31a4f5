package dev.freshet.redis;

import static dev.freshet.redis.Samples.NAMESPACE;
import static dev.freshet.redis.Samples.eviction;
import static dev.freshet.redis.Samples.firstWrite;
import static dev.freshet.redis.Samples.link;
import static dev.freshet.redis.Samples.view;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.loading.FeatureStore.LeaseReply;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

final class RedisSentinelIT {

  @Test
  void afterAFailoverBothPathsWorkOnTheNewPrimary() {
    try (RedisProcess primary = RedisProcess.start();
        RedisProcess replica =
            RedisProcess.start("--replicaof", "127.0.0.1", Integer.toString(primary.port()));
        RedisProcess sentinel = RedisProcess.startSentinel("shop", primary.port());
        RedisConnections connections =
            Samples.connections("redis-sentinel://127.0.0.1:" + sentinel.port() + "/0#shop");
        RedisChain chain = new RedisChain(connections, NAMESPACE, Duration.ofMillis(500));
        RedisFeatureStore store =
            new RedisFeatureStore(connections, NAMESPACE, Duration.ofMillis(250), 100)) {
      chain.read();
      chain.write(firstWrite());
      store.start();
      await().until(() -> replica.operator().info("replication").contains("link_status:up"));
      await().until(() -> replica.operator().exists(Samples.CHAIN) == 1);
      await().until(() -> sentinel.operator().info("sentinel").contains("slaves=1"));

      primary.kill();

      await().atMost(Duration.ofSeconds(30)).until(() -> canWrite(chain));
      await().atMost(Duration.ofSeconds(30)).until(() -> canLease(store));
      assertThat(replica.operator().info("replication")).contains("role:master");
    }
  }

  private static boolean canWrite(RedisChain chain) {
    try {
      assertThat(chain.read().link()).isEqualTo(link(0).toString());
      return chain.write(eviction(link(0), link(1))).isAccepted();
    } catch (ServerUnavailableException e) {
      return false;
    }
  }

  private static boolean canLease(RedisFeatureStore store) {
    try {
      store.lookUp(view(), List.of("img:1")).join();
      return store.lease(view(), "img:1", Samples.token(), Duration.ofSeconds(9)).join()
          instanceof LeaseReply.Granted;
    } catch (CompletionException e) {
      return false;
    }
  }
}
