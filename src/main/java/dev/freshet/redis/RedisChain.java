package dev.freshet.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.freshet.codec.CacheRecord;
import dev.freshet.eviction.Chain;
import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.lifecycle.ServerUnavailableException.Server;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The chain in one Redis, on a connection of its own.
 *
 * <p>The connection does not outlive a failure: whatever goes wrong, it is closed, so that a reply
 * that comes late is never taken for another call's. {@link #read()} connects anew; until it has,
 * {@link #write} and {@link #beat} fail at once without asking Redis, for whoever calls them must
 * first look which link is there.
 *
 * <p>Writes that are sent before the replies to others have come arrive in order, for they share
 * one connection that never reconnects. Only a script that Redis does not know would come late,
 * behind writes that were sent after it: so the first write on a connection is waited for. If Redis
 * is told to forget its scripts while writes are on their way, some may be refused; the chain is
 * read then, as after any refusal.
 *
 * <p>Calls from several threads take turns.
 */
public final class RedisChain implements Chain, AutoCloseable {
  private final RedisConnections connections;
  private final RedisFailures failures;
  private final ChainKeys keys;
  private final Duration timeout;
  private final LuaScript evict = LuaScript.load("evict.lua");
  private final LuaScript beat = LuaScript.load("beat.lua");
  private @Nullable RedisSession session;
  private @Nullable RedisSession knowsEvict;

  /**
   * @param namespace of Freshet's own keys
   * @param timeout for each command
   */
  public RedisChain(RedisConnections connections, String namespace, Duration timeout) {
    this.connections = connections;
    this.failures = connections.failures();
    this.keys = new ChainKeys(namespace, connections.database());
    this.timeout = timeout;
  }

  @Override
  public synchronized State read() {
    RedisSession live = session;
    if (live == null) {
      live = connections.connectOnce("freshet-chain", timeout);
      session = live;
    }
    return closingOnFailure(live, this::readOn);
  }

  @Override
  public synchronized Sent send(Write write) {
    RedisSession live = live(evict.name());
    byte[][] touched = touchedBy(write);
    byte[][] arguments = argumentsOf(write);
    LuaScript script = evict.forServer(live.server());
    CompletableFuture<List<Object>> reply =
        closingOnFailure(
            live, redis -> script.run(redis, ScriptOutputType.MULTI, touched, arguments));
    Sent sent = () -> closingOnFailure(live, redis -> reply(script, reply));
    if (live == knowsEvict) {
      return sent;
    }
    Reply first = sent.reply();
    knowsEvict = live;
    return () -> first;
  }

  private byte[][] touchedBy(Write write) {
    List<byte[]> touched = new ArrayList<>(1 + write.cacheKeys().size() + write.leases().size());
    touched.add(keys.chain());
    write.cacheKeys().forEach(key -> touched.add(key.getBytes(UTF_8)));
    write.leases().forEach(lease -> touched.add(lease.cacheKey().getBytes(UTF_8)));
    return touched.toArray(byte[][]::new);
  }

  private byte[][] argumentsOf(Write write) {
    List<byte[]> arguments =
        new ArrayList<>(5 + 2 * write.leases().size() + 2 * write.fields().size());
    arguments.add(write.expected().getBytes(UTF_8));
    arguments.add(write.next().toString().getBytes(UTF_8));
    arguments.add(bytes(write.leases().size()));
    arguments.add(bytes(write.leaseTime().toMillis()));
    arguments.add(keys.feed());
    for (Lease lease : write.leases()) {
      byte[] token = new byte[CacheRecord.TOKEN_BYTES];
      lease.token().duplicate().get(token);
      arguments.add(CacheRecord.lease(token));
      arguments.add(bytes(lease.carriesCopy() ? 1 : 0));
    }
    write
        .fields()
        .forEach(
            (field, value) -> {
              arguments.add(field.getBytes(UTF_8));
              arguments.add(value.getBytes(UTF_8));
            });
    return arguments.toArray(byte[][]::new);
  }

  private static byte[] bytes(long number) {
    return Long.toString(number).getBytes(UTF_8);
  }

  @Override
  public synchronized Reply beat(String expected, long freshUntilMs) {
    byte[][] touched = {keys.chain(), keys.fresh()};
    return closingOnFailure(
        live(beat.name()),
        redis ->
            run(redis, beat, touched, expected.getBytes(UTF_8), bytes(freshUntilMs), keys.feed()));
  }

  @Override
  public KeyScan scan(String pattern) {
    return new RedisKeyScan(connections, pattern, timeout);
  }

  /** Closes the connection; {@link #read()} would open another. */
  @Override
  public synchronized void close() {
    RedisSession ended = session;
    session = null;
    if (ended != null) {
      ended.close();
    }
  }

  private State readOn(RedisAsyncCommands<byte[], byte[]> redis) {
    CompletableFuture<List<byte[]>> time = redis.time().toCompletableFuture();
    CompletableFuture<Map<byte[], byte[]>> hash = redis.hgetall(keys.chain()).toCompletableFuture();
    CompletableFuture<Long> fresh = redis.exists(keys.fresh()).toCompletableFuture();
    Map<String, String> fields = new HashMap<>();
    await("reading the chain", hash)
        .forEach((field, value) -> fields.put(new String(field, UTF_8), new String(value, UTF_8)));
    List<byte[]> clock = await("TIME", time);
    long seconds = Long.parseLong(new String(clock.get(0), UTF_8));
    long micros = Long.parseLong(new String(clock.get(1), UTF_8));
    boolean isFresh = await("reading the freshness lease", fresh) == 1;
    return new State(fields, isFresh, seconds * 1_000 + micros / 1_000);
  }

  private Reply run(
      RedisAsyncCommands<byte[], byte[]> redis,
      LuaScript script,
      byte[][] touched,
      byte[]... arguments) {
    return reply(script, script.run(redis, ScriptOutputType.MULTI, touched, arguments));
  }

  private Reply reply(LuaScript script, CompletableFuture<List<Object>> sent) {
    List<Object> reply = await(script.name(), sent);
    List<Long> leased = new ArrayList<>();
    if (reply.size() > 3) {
      ((List<?>) reply.get(3)).forEach(time -> leased.add((Long) time));
    }
    return new Reply((Long) reply.get(0) == 1, (Long) reply.get(1), (Long) reply.get(2), leased);
  }

  /**
   * Lettuce ends each command in time; the longer bound is for two of them, and for its own end.
   */
  private <T> T await(String what, CompletableFuture<T> reply) {
    return failures.await(what, reply, timeout.multipliedBy(3));
  }

  private RedisSession live(String what) {
    RedisSession live = session;
    if (live == null) {
      throw new ServerUnavailableException(
          Server.REDIS,
          "%s was not sent to Redis at %s: the connection has failed, and the chain must be read first"
              .formatted(what, connections.address()),
          null);
    }
    return live;
  }

  private <T> T closingOnFailure(
      RedisSession live, Function<RedisAsyncCommands<byte[], byte[]>, T> call) {
    try {
      return call.apply(live.commands());
    } catch (RuntimeException e) {
      forget(live);
      live.close();
      throw e;
    }
  }

  private synchronized void forget(RedisSession ended) {
    if (session == ended) {
      session = null;
    }
  }
}
