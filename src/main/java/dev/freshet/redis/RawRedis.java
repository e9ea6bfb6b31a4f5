package dev.freshet.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A connection of its own that knows a few plain commands: for programs that play an application
 * beside Freshet, as the demo and the benchmarks do. Freshet itself does not use it.
 *
 * <p>It ends when it breaks. All methods throw {@link
 * dev.freshet.lifecycle.ServerUnavailableException} if Redis does not answer in time.
 */
public final class RawRedis implements AutoCloseable {
  private static final String USED_MEMORY = "used_memory:";

  private final RedisFailures failures;
  private final RedisSession session;
  private final Duration timeout;

  private RawRedis(RedisFailures failures, RedisSession session, Duration timeout) {
    this.failures = failures;
    this.session = session;
    this.timeout = timeout;
  }

  /**
   * Connects.
   *
   * @param timeout for each command
   */
  public static RawRedis open(RedisConnections connections, Duration timeout) {
    return new RawRedis(
        connections.failures(), connections.connectOnce("freshet-raw", timeout), timeout);
  }

  /** Sets a key, without a TTL. */
  public void set(String key, String value) {
    await("SET", session.commands().set(bytes(key), bytes(value)).toCompletableFuture());
  }

  /**
   * Sets keys to the same value, all with one TTL; sends all of them before it waits.
   *
   * @param ttlMs in milliseconds
   */
  public void setAll(Collection<String> keys, byte[] value, long ttlMs) {
    Map<String, byte[]> values = new LinkedHashMap<>();
    keys.forEach(key -> values.put(key, value));
    setAll(values, ttlMs);
  }

  /**
   * Sets keys, all with one TTL; sends all of them before it waits.
   *
   * @param ttlMs in milliseconds
   */
  public void setAll(Map<String, byte[]> values, long ttlMs) {
    List<CompletableFuture<String>> replies = new ArrayList<>(values.size());
    values.forEach(
        (key, value) ->
            replies.add(
                session
                    .commands()
                    .set(bytes(key), value, SetArgs.Builder.px(ttlMs))
                    .toCompletableFuture()));
    replies.forEach(reply -> await("SET", reply));
  }

  /** Deletes everything, in all databases. */
  public void clear() {
    await("FLUSHALL", session.commands().flushall().toCompletableFuture());
  }

  /** How many bytes the server has allocated. */
  public long usedMemory() {
    return info("memory")
        .lines()
        .filter(line -> line.startsWith(USED_MEMORY))
        .mapToLong(line -> Long.parseLong(line.substring(USED_MEMORY.length()).strip()))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("INFO names no used_memory"));
  }

  /** How many bytes each key takes with its value and its entry; 0 where a key is not there. */
  public List<Long> memoryUsage(Collection<String> keys) {
    return replies("MEMORY USAGE", keys, key -> session.commands().memoryUsage(bytes(key)));
  }

  /** How many bytes each key holds; 0 where a key is not there. */
  public List<Long> lengths(Collection<String> keys) {
    return replies("STRLEN", keys, key -> session.commands().strlen(bytes(key)));
  }

  private List<Long> replies(
      String what, Collection<String> keys, Function<String, RedisFuture<Long>> command) {
    List<CompletableFuture<@Nullable Long>> replies = new ArrayList<>(keys.size());
    keys.forEach(key -> replies.add(command.apply(key).toCompletableFuture()));
    return replies.stream()
        .map(reply -> Objects.requireNonNullElse(await(what, reply), 0L))
        .toList();
  }

  /** A field of a hash, as text; empty if it is not there. */
  public Optional<String> field(String hash, String field) {
    return Optional.ofNullable(
            await("HGET", session.commands().hget(bytes(hash), bytes(field)).toCompletableFuture()))
        .map(value -> new String(value, UTF_8));
  }

  /** What some keys hold, in order; null where a key is not there. */
  public List<byte @Nullable []> values(Collection<String> keys) {
    byte[][] all = keys.stream().map(RawRedis::bytes).toArray(byte[][]::new);
    List<KeyValue<byte[], byte[]>> found =
        await("MGET", session.commands().mget(all).toCompletableFuture());
    List<byte @Nullable []> values = new ArrayList<>(found.size());
    found.forEach(value -> values.add(value.getValueOrElse(null)));
    return values;
  }

  /** How many keys there are in this database. */
  public long size() {
    return await("DBSIZE", session.commands().dbsize().toCompletableFuture());
  }

  /** A section of what the server says about itself. */
  public String info(String section) {
    return await("INFO", session.commands().info(section).toCompletableFuture());
  }

  /** Whether a key is there. */
  public boolean exists(String key) {
    return await("EXISTS", session.commands().exists(bytes(key)).toCompletableFuture()) == 1;
  }

  /** How many of some keys are there. */
  public long existing(Collection<String> keys) {
    byte[][] all = keys.stream().map(RawRedis::bytes).toArray(byte[][]::new);
    return await("EXISTS", session.commands().exists(all).toCompletableFuture());
  }

  /** How many bytes a key holds; 0 if it is not there. */
  public long length(String key) {
    return lengths(List.of(key)).get(0);
  }

  /** Deletes a key. The future says whether it was there, and fails as other methods throw. */
  public CompletableFuture<Boolean> delete(String key) {
    return session
        .commands()
        .del(bytes(key))
        .toCompletableFuture()
        .handle(
            (deleted, failure) -> {
              if (failure != null) {
                throw failures.of("DEL", failure);
              }
              return deleted == 1;
            });
  }

  /** The server's version, as {@code 7.0.15}. */
  public String serverVersion() {
    return session.server().version();
  }

  private <T> T await(String what, CompletableFuture<T> reply) {
    return failures.await(what, reply, timeout.multipliedBy(2));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @Override
  public void close() {
    session.close();
  }
}
