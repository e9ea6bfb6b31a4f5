package dev.freshet.redis;

import static dev.freshet.redis.Samples.CHAIN;
import static dev.freshet.redis.Samples.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LuaScriptIT {
  private static RedisProcess redis;
  private static RedisCommands<byte[], byte[]> operator;
  private static ServerInfo server;

  @BeforeAll
  static void startRedis() {
    redis = RedisProcess.start();
    operator = redis.operator();
    server = ServerInfo.parse(operator.info("server"));
  }

  @AfterAll
  static void stopRedis() {
    redis.close();
  }

  @BeforeEach
  void forgetEverything() {
    operator.flushall();
    operator.scriptFlush();
    operator.configResetstat();
  }

  @ParameterizedTest
  @ValueSource(strings = {"evict.lua", "beat.lua", "lease.lua", "fill.lua"})
  void aScriptIsKnownByTheHashThatRedisGivesItsText(String name) throws Exception {
    LuaScript script = LuaScript.load(name).forServer(server);
    String text;
    try (var resource = LuaScript.class.getResourceAsStream("/redis/" + name)) {
      assertThat(resource).isNotNull();
      text = new String(resource.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }
    boolean hasFlags = text.startsWith("#!lua") && !server.knowsScriptFlags();

    assertThat(operator.scriptLoad(hasFlags ? "-- " + text : text)).isEqualTo(script.sha1());
  }

  @Test
  void aScriptThatRedisDoesNotKnowIsSentWithItsTextOnce() {
    LuaScript fill = LuaScript.load("fill.lua");

    assertThat(fill(fill, "k")).isZero();
    assertThat(fill(fill, "k")).isZero();
    assertThat(calls()).containsExactly(2L, 1L);

    operator.scriptFlush();
    assertThat(fill(fill, "k")).isZero();
    assertThat(fill(fill, "k")).isZero();
    assertThat(calls()).containsExactly(4L, 2L);
  }

  @Test
  void ofCallsSentTogetherOnlyThoseOfTheUnknownScriptAreSentAgain() {
    LuaScript known = LuaScript.load("fill.lua");
    LuaScript unknown = LuaScript.load("evict.lua").forServer(server);
    fill(known, "k");
    operator.configResetstat();

    RedisAsyncCommands<byte[], byte[]> pipeline = redis.connection().async();
    CompletableFuture<Long> first = fill(known, pipeline, "a");
    CompletableFuture<List<Long>> second = evict(unknown, pipeline, "", "one");
    CompletableFuture<Long> third = fill(known, pipeline, "b");

    assertThat(first.join()).isZero();
    assertThat(second.join()).startsWith(1L, 0L);
    assertThat(third.join()).isZero();
    assertThat(calls()).containsExactly(3L, 1L);
  }

  @Test
  void anErrorInsideAScriptIsNotTakenForAnUnknownScript() {
    LuaScript evict = LuaScript.load("evict.lua").forServer(server);
    operator.set(CHAIN, bytes("no hash"));
    CompletableFuture<List<Long>> reply = evict(evict, redis.connection().async(), "", "one");

    assertThatThrownBy(reply::join).hasMessageContaining("WRONGTYPE");
    assertThat(calls()).containsExactly(1L, 1L);
  }

  @Test
  void anEvictionBearsMoreKeysThanOneCallInLuaTakes() {
    LuaScript evict = LuaScript.load("evict.lua").forServer(server);
    byte[][] keys =
        IntStream.range(0, 20_000).mapToObj(i -> bytes("key:" + i)).toArray(byte[][]::new);
    keys[0] = CHAIN;
    IntStream.range(1, 20_000)
        .filter(i -> i % 2 == 0)
        .forEach(i -> operator.set(keys[i], bytes("x")));

    CompletableFuture<List<Long>> reply =
        evict.run(
            redis.connection().async(),
            ScriptOutputType.MULTI,
            keys,
            bytes(""),
            bytes("one"),
            bytes("0"),
            bytes("0"),
            bytes("feed"));

    assertThat(reply.join()).startsWith(1L, 9_999L);
    assertThat(operator.keys("*")).containsExactly(CHAIN);
  }

  @Test
  void beforeRedis7AnEvictionWorksOutOfMemoryToo() {
    try (RedisProcess old = RedisProcess.startOld()) {
      RedisCommands<byte[], byte[]> oldOperator = old.operator();
      ServerInfo oldServer = ServerInfo.parse(oldOperator.info("server"));
      LuaScript evict = LuaScript.load("evict.lua").forServer(oldServer);
      oldOperator.set(bytes("k"), new byte[2 << 20]);
      oldOperator.set(bytes("l"), new byte[2 << 20]);
      oldOperator.configSet("maxmemory", "1mb");
      assertThatThrownBy(() -> oldOperator.set(bytes("m"), bytes("x"))).hasMessageContaining("OOM");

      RedisAsyncCommands<byte[], byte[]> async = old.connection().async();
      assertThat(oldServer.knowsScriptFlags()).isFalse();
      assertThat(evict(evict, async, "", "one").join()).startsWith(1L, 0L);
      assertThat(evict(evict, async, "one", "two", "k").join()).startsWith(1L, 1L);
      assertThat(oldOperator.hget(CHAIN, bytes("link"))).isEqualTo(bytes("two"));
    }
  }

  @Test
  void aMissingResourceIsADefectWithAName() {
    assertThatThrownBy(() -> LuaScript.load("nosuch.lua"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the resource redis/nosuch.lua is missing");
  }

  private static List<Long> calls() {
    return List.of(redis.calls("evalsha"), redis.calls("eval"));
  }

  private static long fill(LuaScript fill, String key) {
    return fill(fill, redis.connection().async(), key).join();
  }

  private static CompletableFuture<Long> fill(
      LuaScript fill, RedisAsyncCommands<byte[], byte[]> async, String key) {
    return fill.run(
        async,
        ScriptOutputType.INTEGER,
        new byte[][] {bytes(key)},
        bytes("lease"),
        bytes("record"),
        bytes("1000"));
  }

  private static CompletableFuture<List<Long>> evict(
      LuaScript evict,
      RedisAsyncCommands<byte[], byte[]> async,
      String expected,
      String next,
      String... cacheKeys) {
    byte[][] keys = new byte[1 + cacheKeys.length][];
    keys[0] = CHAIN;
    for (int i = 0; i < cacheKeys.length; i++) {
      keys[i + 1] = bytes(cacheKeys[i]);
    }
    return evict.run(
        async,
        ScriptOutputType.MULTI,
        keys,
        bytes(expected),
        bytes(next),
        bytes("0"),
        bytes("0"),
        bytes("feed"));
  }
}
