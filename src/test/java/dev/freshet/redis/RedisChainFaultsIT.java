package dev.freshet.redis;

import static dev.freshet.redis.Samples.CHAIN;
import static dev.freshet.redis.Samples.FRESH;
import static dev.freshet.redis.Samples.NAMESPACE;
import static dev.freshet.redis.Samples.bytes;
import static dev.freshet.redis.Samples.eviction;
import static dev.freshet.redis.Samples.firstWrite;
import static dev.freshet.redis.Samples.link;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.freshet.eviction.Chain.Sent;
import dev.freshet.lifecycle.ServerUnavailableException;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The chain on a Redis that refuses, hangs, dies or is not there. */
final class RedisChainFaultsIT {
  private RedisProcess redis;
  private RedisCommands<byte[], byte[]> operator;
  private RedisConnections connections;
  private RedisChain chain;

  @BeforeEach
  void startRedis() {
    redis = RedisProcess.start("--appendonly", "yes", "--appendfsync", "always");
    operator = redis.operator();
    connections = Samples.connections(redis.url());
    chain = new RedisChain(connections, NAMESPACE, Duration.ofMillis(500));
    chain.read();
    chain.write(firstWrite());
  }

  @AfterEach
  void stopRedis() {
    connections.close();
    redis.close();
  }

  @Test
  void outOfMemoryAnEvictionWorksAndABeatDoesNot() {
    operator.set(bytes("img:1"), new byte[2 << 20]);
    operator.set(bytes("img:2"), new byte[2 << 20]);
    operator.configSet("maxmemory", "1mb");
    assertThatThrownBy(() -> operator.set(bytes("x"), bytes("x"))).hasMessageContaining("OOM");

    assertThat(chain.write(eviction(link(0), link(1))).isAccepted()).isTrue();
    assertThat(chain.write(eviction(link(1), link(2), "img:1")).deleted()).isEqualTo(1);
    assertThat(chain.read().link()).isEqualTo(link(2).toString());

    assertThatThrownBy(() -> chain.beat(link(2).toString(), System.currentTimeMillis() + 60_000))
        .isInstanceOf(ServerUnavailableException.class)
        .hasMessageContaining("refused beat.lua")
        .hasMessageContaining("OOM")
        .hasMessageContaining("127.0.0.1:" + redis.port());
    assertThat(operator.exists(FRESH)).isZero();
  }

  @Test
  void aRedisThatCannotSaveRefusesToBeWrittenAndCanBeRead() throws Exception {
    operator.set(bytes("img:1"), Samples.value());
    operator.configSet("appendonly", "no");
    operator.configSet("save", "3600 1");
    // A directory where the snapshot shall stand, so that even root cannot write it.
    Files.createDirectories(redis.directory().resolve("dump.rdb/x"));
    operator.bgsave();
    await().until(() -> operator.info("persistence").contains("rdb_last_bgsave_status:err"));

    assertThatThrownBy(() -> chain.write(eviction(link(0), link(1), "img:1")))
        .isInstanceOf(ServerUnavailableException.class)
        .hasMessageContaining("MISCONF");
    assertThat(chain.read().link()).isEqualTo(link(0).toString());
    assertThatThrownBy(() -> chain.beat(link(0).toString(), System.currentTimeMillis() + 60_000))
        .isInstanceOf(ServerUnavailableException.class)
        .hasMessageContaining("MISCONF");
    assertThat(operator.exists(bytes("img:1"))).isEqualTo(1);
  }

  @Test
  void aReplicaRefusesToBeWritten() {
    operator.replicaof("127.0.0.1", 1);

    assertThatThrownBy(() -> chain.write(eviction(link(0), link(1))))
        .isInstanceOf(ServerUnavailableException.class)
        .hasMessageContaining("READONLY")
        .hasMessageContaining("the URL must lead to the primary");
    assertThat(chain.read().link()).isEqualTo(link(0).toString());
    assertThatThrownBy(() -> chain.beat(link(0).toString(), System.currentTimeMillis() + 60_000))
        .isInstanceOf(ServerUnavailableException.class)
        .hasMessageContaining("READONLY");
  }

  @Test
  void aKilledRedisIsNamedAndReadAgainWhenItIsBack() {
    redis.kill();

    assertThatThrownBy(() -> chain.write(eviction(link(0), link(1))))
        .isInstanceOf(ServerUnavailableException.class);
    assertThatThrownBy(() -> chain.read())
        .isInstanceOf(ServerUnavailableException.class)
        .hasMessageContaining("connecting failed on Redis at 127.0.0.1:" + redis.port())
        .hasMessageContaining("refused");

    redis.launchAgain();
    assertThat(chain.read().link()).isEqualTo(link(0).toString());
    assertThat(chain.write(eviction(link(0), link(1))).isAccepted()).isTrue();
  }

  @Test
  void aWriteToAHangingRedisEndsInTimeAndIsSentOnce() {
    operator.set(bytes("img:1"), Samples.value());
    redis.freeze();
    long start = System.nanoTime();

    assertThatThrownBy(() -> chain.write(eviction(link(0), link(1), "img:1")))
        .isInstanceOf(ServerUnavailableException.class)
        .hasMessageContaining("timed out");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
    assertThatThrownBy(() -> chain.read()).isInstanceOf(ServerUnavailableException.class);

    // What was sent lies in the server's socket: it runs, once, although nobody waits for it. The
    // link in Redis tells, and a second try that expects the old link is refused.
    redis.thaw();
    await().until(() -> chain.read().link().equals(link(1).toString()));
    assertThat(chain.write(eviction(link(0), link(1), "img:1")).isAccepted()).isFalse();
    assertThat(operator.exists(bytes("img:1"))).isZero();
    assertThat(redis.calls("evalsha")).isEqualTo(3);
  }

  @Test
  void ofWritesOnTheirWayToARedisThatIsKilledTheFirstOnesAreDoneAndNoOthers() {
    for (int i = 0; i < 20; i++) {
      operator.set(bytes("img:" + i), Samples.value());
    }
    List<Sent> sent = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      sent.add(chain.send(eviction(link(i), link(i + 1), "img:" + i)));
    }
    sent.get(9).reply();
    redis.freeze();
    for (int i = 10; i < 20; i++) {
      sent.add(chain.send(eviction(link(i), link(i + 1), "img:" + i)));
    }
    redis.kill();

    assertThat(sent.subList(0, 10)).allMatch(write -> write.reply().isAccepted());
    assertThat(sent.subList(10, 20))
        .allSatisfy(
            write ->
                assertThatThrownBy(write::reply).isInstanceOf(ServerUnavailableException.class));
    assertThatThrownBy(() -> chain.send(eviction(link(10), link(11))))
        .isInstanceOf(ServerUnavailableException.class)
        .hasMessageContaining("the chain must be read first");
    redis.launchAgain();
    assertThat(chain.read().link()).isEqualTo(link(10).toString());
    assertThat(redis.operator().keys("img:*")).hasSize(10);
  }

  @Test
  void aRedisThatCameBackOlderIsSeenByTheNextWrite() {
    byte[] dump = operator.dump(CHAIN);
    chain.write(eviction(link(0), link(1)));
    operator.del(CHAIN);
    operator.restore(CHAIN, 0, dump);

    assertThat(chain.write(eviction(link(1), link(2))).isAccepted()).isFalse();
    assertThat(chain.beat(link(1).toString(), System.currentTimeMillis() + 60_000).isAccepted())
        .isFalse();
    assertThat(chain.read().link()).isEqualTo(link(0).toString());
  }

  @Test
  void aWrongPasswordIsSaidWithoutRepeatingIt() {
    operator.configSet("requirepass", "right");
    try (RedisConnections wrong =
        Samples.connections("redis://:s3cret@127.0.0.1:" + redis.port() + "/0")) {
      RedisChain denied = new RedisChain(wrong, NAMESPACE, Samples.CHAIN_TIMEOUT);
      // Lettuce may notice the closed connection before it has read why: the next try tells.
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(
              () ->
                  assertThatThrownBy(denied::read)
                      .isInstanceOf(ServerUnavailableException.class)
                      .hasMessageContaining("127.0.0.1:" + redis.port())
                      .hasMessageNotContaining("s3cret")
                      .satisfies(e -> assertThat(stackTrace(e)).doesNotContain("s3cret"))
                      .hasMessageContaining("WRONGPASS")
                      .hasStackTraceContaining("WRONGPASS"));
    }
    try (RedisConnections right = Samples.connections("redis://:right@127.0.0.1:" + redis.port())) {
      assertThat(new RedisChain(right, NAMESPACE, Samples.CHAIN_TIMEOUT).read().link())
          .isEqualTo(link(0).toString());
    }
  }

  @Test
  void aClusterIsRefused() {
    try (RedisProcess node = RedisProcess.start("--cluster-enabled", "yes");
        RedisConnections toNode = Samples.connections(node.url())) {
      assertThatThrownBy(() -> new RedisChain(toNode, NAMESPACE, Samples.CHAIN_TIMEOUT).read())
          .isInstanceOf(ServerUnavailableException.class)
          .hasMessageContaining("is a node of a Redis Cluster");
      assertThat(node.operator().clientList()).doesNotContain("name=freshet");
    }
  }

  private static String stackTrace(Throwable thrown) {
    java.io.StringWriter text = new java.io.StringWriter();
    thrown.printStackTrace(new java.io.PrintWriter(text));
    return text.toString();
  }
}
