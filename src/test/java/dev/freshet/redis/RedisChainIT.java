package dev.freshet.redis;

import static dev.freshet.redis.Samples.CHAIN;
import static dev.freshet.redis.Samples.FRESH;
import static dev.freshet.redis.Samples.NAMESPACE;
import static dev.freshet.redis.Samples.bytes;
import static dev.freshet.redis.Samples.chainFields;
import static dev.freshet.redis.Samples.eviction;
import static dev.freshet.redis.Samples.firstWrite;
import static dev.freshet.redis.Samples.link;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.freshet.change.Link;
import dev.freshet.eviction.Chain.Field;
import dev.freshet.eviction.Chain.Reply;
import dev.freshet.eviction.Chain.Sent;
import dev.freshet.eviction.Chain.State;
import dev.freshet.eviction.Chain.Write;
import dev.freshet.lifecycle.ServerUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The chain's scripts and its connection, on a Redis that works. */
final class RedisChainIT extends ChainOnRedis {
  @Test
  void anEmptyRedisHasNoChain() {
    State state = chain.read();

    assertThat(state.fields()).isEmpty();
    assertThat(state.link()).isEmpty();
    assertThat(state.redisTimeMs()).isCloseTo(System.currentTimeMillis(), within(5_000L));
  }

  @Test
  void aFirstWriteLeavesTheLinkAndAllFields() {
    Reply reply = chain.write(firstWrite());

    assertThat(reply.isAccepted()).isTrue();
    assertThat(reply.redisTimeMs()).isCloseTo(System.currentTimeMillis(), within(5_000L));
    assertThat(Link.parse(chain.read().link())).isEqualTo(link(0));
    assertThat(chain.read().fields()).containsAllEntriesOf(chainFields()).hasSize(5);
    assertThat(operator.ttl(CHAIN)).isEqualTo(-1);
  }

  @Test
  void aWriteDeletesItsKeysWhateverTheyHoldAndCountsThoseThatExisted() {
    chain.write(firstWrite());
    operator.set(bytes("img:1"), Samples.value());
    operator.hset(bytes("img:2"), bytes("not"), bytes("ours"));
    operator.set(bytes("img:ключ"), Samples.value());
    operator.set(bytes("img:4"), Samples.value());

    Reply reply = chain.write(eviction(link(0), link(1), "img:1", "img:2", "img:ключ", "img:none"));

    assertThat(reply.isAccepted()).isTrue();
    assertThat(reply.deleted()).isEqualTo(3);
    assertThat(operator.keys("img:*")).containsExactly(bytes("img:4"));
    assertThat(chain.read().link()).isEqualTo(link(1).toString());
  }

  @Test
  void aThousandKeysAreEvictedInOneWrite() {
    chain.write(firstWrite());
    String[] keys = IntStream.range(0, 1_000).mapToObj(i -> "img:" + i).toArray(String[]::new);
    for (String key : keys) {
      operator.set(bytes(key), Samples.value());
    }

    assertThat(chain.write(eviction(link(0), link(1), keys)).deleted()).isEqualTo(1_000);
    assertThat(operator.keys("img:*")).isEmpty();
  }

  @Test
  void aWriteThatExpectsAnotherLinkIsRefusedAndChangesNothing() {
    chain.write(firstWrite());
    operator.set(bytes("img:1"), Samples.value());
    for (String expected : List.of("", link(1).toString(), link(0) + " ")) {
      Reply reply =
          chain.write(new Write(expected, link(2), List.of("img:1"), Map.of("generation", "new")));

      assertThat(reply.isAccepted()).isFalse();
      assertThat(reply.deleted()).isZero();
      assertThat(reply.redisTimeMs()).isPositive();
    }
    assertThat(operator.exists(bytes("img:1"))).isEqualTo(1);
    assertThat(chain.read().link()).isEqualTo(link(0).toString());
    assertThat(chain.read().fields()).containsEntry(Field.GENERATION, Samples.GENERATION);
  }

  @Test
  void aWriteThatExpectsALinkWhereNoneIsIsRefused() {
    operator.set(bytes("img:1"), Samples.value());

    assertThat(chain.write(eviction(link(0), link(1), "img:1")).isAccepted()).isFalse();
    assertThat(operator.exists(bytes("img:1"))).isEqualTo(1);
    assertThat(operator.exists(CHAIN)).isZero();
  }

  @Test
  void ofTwoWritersThatExpectTheSameLinkExactlyOneIsAccepted() throws Exception {
    chain.write(firstWrite());
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int round = 0; round < 50; round++) {
        Link expected = link(round);
        Link next = link(round + 1);
        List<Future<Reply>> replies = new ArrayList<>();
        for (int writer = 0; writer < 4; writer++) {
          replies.add(
              threads.submit(
                  () -> {
                    try (RedisChain other =
                        new RedisChain(connections, NAMESPACE, Samples.CHAIN_TIMEOUT)) {
                      other.read();
                      return other.write(eviction(expected, next));
                    }
                  }));
        }
        int accepted = 0;
        for (Future<Reply> reply : replies) {
          accepted += reply.get().isAccepted() ? 1 : 0;
        }
        assertThat(accepted).isEqualTo(1);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void writesThatAreSentBeforeTheRepliesComeAreAllAccepted() {
    chain.write(firstWrite());
    List<Sent> sent = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      operator.set(bytes("img:" + i), Samples.value());
      sent.add(chain.send(eviction(link(i), link(i + 1), "img:" + i)));
    }

    assertThat(sent).allMatch(write -> write.reply().isAccepted());
    assertThat(sent).allMatch(write -> write.reply().deleted() == 1);
    assertThat(chain.read().link()).isEqualTo(link(20).toString());
  }

  @Test
  void aRefusedWriteTakesAllThatWereSentAfterItWithIt() {
    chain.write(firstWrite());
    List<Sent> sent = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      operator.set(bytes("img:" + i), Samples.value());
    }
    for (int i = 0; i < 10; i++) {
      String expected = i == 4 ? "another writer's" : link(i).toString();
      sent.add(chain.send(new Write(expected, link(i + 1), List.of("img:" + i), Map.of())));
    }

    assertThat(sent.stream().map(write -> write.reply().isAccepted()).toList())
        .containsExactly(true, true, true, true, false, false, false, false, false, false);
    assertThat(chain.read().link()).isEqualTo(link(4).toString());
    assertThat(operator.keys("img:*")).hasSize(6);
  }

  /** Another writer comes in between: at once, or after all, or, which is what counts, between. */
  @Test
  void whoLosesTheLinkWhileWritesAreOnTheirWayChangesNothingMore() throws Exception {
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      boolean wasBetween = false;
      for (int round = 0; round < 100 && !wasBetween; round++) {
        operator.flushall();
        chain.read();
        chain.write(firstWrite());
        for (int i = 0; i < 200; i++) {
          operator.set(bytes("img:" + i), Samples.value());
        }
        Future<?> other = threads.submit(this::takeTheLink);
        List<Sent> sent = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
          sent.add(chain.send(eviction(link(i), link(i + 1), "img:" + i)));
        }
        List<Boolean> replies = sent.stream().map(write -> write.reply().isAccepted()).toList();
        other.get();
        int lostAt = replies.contains(false) ? replies.indexOf(false) : 200;
        assertThat(replies.subList(lostAt, 200)).doesNotContain(true);
        assertThat(operator.keys("img:*")).hasSize(200 - lostAt);
        wasBetween = lostAt > 0 && lostAt < 200;
      }
      assertThat(wasBetween).isTrue();
    } finally {
      threads.shutdownNow();
    }
  }

  private void takeTheLink() {
    try (RedisChain other = new RedisChain(connections, NAMESPACE, Samples.CHAIN_TIMEOUT)) {
      Link next = new Link(false, link(0).position(), "bbbbbbbbbbbbbbbb", 0);
      boolean isTaken = false;
      while (!isTaken) {
        String expected = other.read().link();
        isTaken = other.write(new Write(expected, next, List.of(), Map.of())).isAccepted();
      }
    }
  }

  @Test
  void scriptsThatAreForgottenWhileWritesAreOnTheirWayTakeNothingOutOfOrder() {
    chain.write(firstWrite());
    for (int i = 0; i < 200; i++) {
      operator.set(bytes("img:" + i), Samples.value());
    }
    List<Sent> sent = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      sent.add(chain.send(eviction(link(i), link(i + 1), "img:" + i)));
      if (i % 10 == 5) {
        operator.scriptFlush();
      }
    }
    sent.forEach(Sent::reply);

    int applied = Link.parse(chain.read().link()).chunk();
    for (int i = 0; i < 200; i++) {
      assertThat(operator.exists(bytes("img:" + i))).as("img:" + i).isEqualTo(i < applied ? 0 : 1);
    }
  }

  @Test
  void aBeatRenewsTheFreshnessLeaseUntilTheTimeItSays() {
    chain.write(firstWrite());
    long now = chain.read().redisTimeMs();

    Reply reply = chain.beat(link(0).toString(), now + 60_000);

    assertThat(reply.isAccepted()).isTrue();
    assertThat(reply.redisTimeMs()).isGreaterThanOrEqualTo(now);
    assertThat(operator.pttl(FRESH)).isBetween(50_000L, 60_000L);
    assertThat(chain.beat(link(0).toString(), now + 90_000).isAccepted()).isTrue();
    assertThat(operator.pttl(FRESH)).isBetween(80_000L, 90_000L);
  }

  @Test
  void aBeatThatComesTooLateIsVoid() {
    chain.write(firstWrite());
    long now = chain.read().redisTimeMs();

    assertThat(chain.beat(link(0).toString(), now - 1).isAccepted()).isTrue();
    assertThat(operator.exists(FRESH)).isZero();

    chain.beat(link(0).toString(), now + 60_000);
    assertThat(chain.beat(link(0).toString(), now - 1).isAccepted()).isTrue();
    assertThat(operator.pttl(FRESH)).isBetween(50_000L, 60_000L);
  }

  @Test
  void aBeatThatExpectsAnotherLinkIsRefusedAndRenewsNothing() {
    long now = chain.read().redisTimeMs();
    assertThat(chain.beat(link(0).toString(), now + 60_000).isAccepted()).isFalse();

    chain.write(firstWrite());
    assertThat(chain.beat("", now + 60_000).isAccepted()).isFalse();
    assertThat(chain.beat(link(1).toString(), now + 60_000).isAccepted()).isFalse();
    assertThat(operator.exists(FRESH)).isZero();
  }

  @Test
  void aScriptFlushIsNotNoticed() {
    chain.write(firstWrite());
    operator.scriptFlush();

    assertThat(chain.write(eviction(link(0), link(1))).isAccepted()).isTrue();
    operator.scriptFlush();
    assertThat(chain.beat(link(1).toString(), System.currentTimeMillis() + 60_000).isAccepted())
        .isTrue();
  }

  @Test
  void twoNamespacesAreTwoChains() {
    chain.write(firstWrite());
    try (RedisChain other = new RedisChain(connections, "other", Samples.CHAIN_TIMEOUT)) {
      assertThat(other.read().fields()).isEmpty();
    }
  }

  @Test
  void theConnectionTellsItsName() {
    assertThat(operator.clientList()).contains("name=freshet-chain ");
  }

  @Test
  void anotherProgramsKeyInTheChainsPlaceIsNamed() {
    operator.set(CHAIN, bytes("not a hash"));

    assertThatThrownBy(chain::read)
        .isInstanceOf(ServerUnavailableException.class)
        .hasMessageContaining("WRONGTYPE")
        .hasMessageContaining("choose another redis.namespace");
    operator.del(CHAIN);
    assertThat(chain.read().fields()).isEmpty();
  }

  @Test
  void afterAFailureTheChainMustBeReadBeforeItIsWritten() {
    chain.write(firstWrite());
    String id =
        operator
            .clientList()
            .lines()
            .filter(line -> line.contains("name=freshet-chain "))
            .map(line -> line.replaceAll("^id=(\\d+) .*", "$1"))
            .findFirst()
            .orElseThrow();
    operator.clientKill(io.lettuce.core.KillArgs.Builder.id(Long.parseLong(id)));
    await().until(() -> !operator.clientList().contains("id=" + id + " "));

    assertThatThrownBy(() -> chain.write(eviction(link(0), link(1))))
        .isInstanceOf(ServerUnavailableException.class);
    assertThatThrownBy(() -> chain.write(eviction(link(0), link(1))))
        .isInstanceOf(ServerUnavailableException.class)
        .hasMessageContaining("the chain must be read first");
    assertThatThrownBy(() -> chain.beat(link(0).toString(), Long.MAX_VALUE))
        .isInstanceOf(ServerUnavailableException.class);

    assertThat(chain.read().link()).isEqualTo(link(0).toString());
    assertThat(chain.write(eviction(link(0), link(1))).isAccepted()).isTrue();
  }
}
