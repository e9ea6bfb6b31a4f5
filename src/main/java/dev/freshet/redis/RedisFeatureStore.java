package dev.freshet.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.freshet.codec.CacheRecord;
import dev.freshet.eviction.Chain.Field;
import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.lifecycle.ServerUnavailableException.Server;
import dev.freshet.loading.FeatureStore;
import dev.freshet.loading.KeySample;
import dev.freshet.view.FeatureView;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.ValueListOutput;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The cache in one Redis, on one shared connection that reconnects by itself.
 *
 * <p>While the connection is away, calls fail at once. A call that was sent when the connection
 * broke, or was not answered in time, may or may not have taken effect; it is never sent again. A
 * fill that Redis runs late does no harm: it still finds its own lease in the key, or is refused.
 *
 * <p><b>The order within a look-up.</b> Its four commands are sent together and run one after the
 * other, but other clients' commands may run in between. The freshness lease is asked for first: if
 * it is there, all that its beat vouches for was evicted before the records are read; asked for
 * last, it could vouch for records that were read just before they were evicted. The chain's state
 * is read after them: if a record has the epoch that is in force then, that epoch was in force when
 * the record was read too, since an epoch never returns; read first, it could be an epoch that a
 * sweep has just ended, and the records that the sweep is about to delete would pass for usable.
 *
 * <p>The freshness lease is asked for once more at the end: a server that takes over older data in
 * the middle of a look-up, as one that becomes a replica does, would have answered the first
 * question from the newer data and the others from the older. The older data's lease has run out,
 * or vouches for its records.
 *
 * <p>Futures complete on a thread of the connection: hand on what blocks or takes long.
 */
public final class RedisFeatureStore implements FeatureStore, KeySample, AutoCloseable {
  /** How long to wait for a reply, unless there is a reason for another time. */
  public static final Duration TIMEOUT_DEFAULT = Duration.ofMillis(250);

  /** How many calls may wait for their replies, unless there is a reason for another number. */
  public static final int REQUESTS_MAX_DEFAULT = 5_000;

  /**
   * A request is up to four commands, and they stay with the connection after the request has timed
   * out. With this much room for them a server that hangs is given up first.
   */
  private static final int COMMANDS_PER_REQUEST = 64;

  private static final ByteArrayCodec CODEC = ByteArrayCodec.INSTANCE;

  private final RedisConnections connections;
  private final RedisFailures failures;
  private final ChainKeys keys;
  private final Duration timeout;
  private final int requestsMax;
  private final Semaphore requests;
  private final LuaScript lease = LuaScript.load("lease.lua");
  private final LeaseFill fill = new LeaseFill();
  private final LuaScript release = LuaScript.load("release.lua");
  private volatile @Nullable RedisSession session;

  /**
   * @param namespace of Freshet's own keys
   * @param timeout for each command, met to within 0.1 s
   * @param requestsMax how many calls may wait for their replies; more fail at once
   */
  public RedisFeatureStore(
      RedisConnections connections, String namespace, Duration timeout, int requestsMax) {
    this.connections = connections;
    this.failures = connections.failures();
    this.keys = new ChainKeys(namespace, connections.database());
    this.timeout = timeout;
    this.requestsMax = requestsMax;
    this.requests = new Semaphore(requestsMax);
  }

  /**
   * Connects.
   *
   * @throws dev.freshet.lifecycle.ServerUnavailableException if that fails, or Redis is a cluster
   */
  public void start() {
    session =
        connections.connectLasting(
            "freshet-store", timeout, Math.multiplyExact(requestsMax, COMMANDS_PER_REQUEST));
  }

  @Override
  public void close() {
    RedisSession ended = session;
    if (ended != null) {
      ended.close();
    }
  }

  @Override
  public CompletableFuture<LookUp> lookUp(FeatureView view, List<String> cacheKeys) {
    AsyncCommand<byte[], byte[], Long> fresh = isFresh();
    AsyncCommand<byte[], byte[], List<byte[]>> records =
        command(CommandType.MGET, new ValueListOutput<>(CODEC), cacheKeysOf(cacheKeys));
    AsyncCommand<byte[], byte[], List<byte[]>> state =
        command(CommandType.HMGET, new ValueListOutput<>(CODEC), stateFieldsOf(view));

    AsyncCommand<byte[], byte[], Long> stillFresh = isFresh();

    List<RedisCommand<byte[], byte[], ?>> inOrder =
        new ArrayList<>(List.of(fresh, records, state, stillFresh));
    if (cacheKeys.isEmpty()) {
      inOrder.remove(records);
      records.complete(List.of());
    }
    return ask(
        "a look-up",
        redis -> {
          redis.send(inOrder);
          return CompletableFuture.allOf(fresh, records, state, stillFresh);
        },
        done ->
            new LookUp(
                stateOf(state.join()),
                fresh.join() == 1 && stillFresh.join() == 1,
                recordsOf(records.join())));
  }

  private AsyncCommand<byte[], byte[], Long> isFresh() {
    return command(
        CommandType.EXISTS, new IntegerOutput<>(CODEC), arguments().addKey(keys.fresh()));
  }

  @Override
  public CompletableFuture<LeaseReply> lease(
      FeatureView view, String cacheKey, byte[] token, Duration time) {
    return ask(
        lease.name(),
        redis ->
            lease.<List<Object>>run(
                redis.commands(),
                ScriptOutputType.MULTI,
                new byte[][] {keys.chain(), cacheKey.getBytes(UTF_8)},
                view.name().getBytes(UTF_8),
                view.definitionHash().getBytes(UTF_8),
                bytes(view.version().major()),
                bytes(view.version().minor()),
                CacheRecord.lease(token),
                bytes(time.toMillis())),
        RedisFeatureStore::leaseReplyOf);
  }

  @Override
  public CompletableFuture<Boolean> fill(
      String cacheKey, byte[] token, byte[] record, Duration ttl) {
    return ask(
        fill.name(),
        redis ->
            fill.run(
                redis,
                cacheKey.getBytes(UTF_8),
                CacheRecord.lease(token),
                record,
                bytes(ttl.toMillis())),
        stored -> stored);
  }

  @Override
  public CompletableFuture<Boolean> release(String cacheKey, byte[] token) {
    return ask(
        release.name(),
        redis ->
            release.<Long>run(
                redis.commands(),
                ScriptOutputType.INTEGER,
                new byte[][] {cacheKey.getBytes(UTF_8)},
                CacheRecord.lease(token)),
        released -> released == 1);
  }

  @Override
  public List<String> draw(int count) {
    List<AsyncCommand<byte[], byte[], byte[]>> draws = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      draws.add(command(CommandType.RANDOMKEY, new ValueOutput<>(CODEC), arguments()));
    }
    String what = "a draw of random keys";
    CompletableFuture<List<String>> drawn =
        ask(
            what,
            redis -> {
              redis.send(List.copyOf(draws));
              return CompletableFuture.allOf(draws.toArray(CompletableFuture[]::new));
            },
            done -> textsOf(draws));
    return failures.await(what, drawn, timeout.multipliedBy(2));
  }

  private static List<String> textsOf(List<AsyncCommand<byte[], byte[], byte[]>> draws) {
    List<String> texts = new ArrayList<>(draws.size());
    for (AsyncCommand<byte[], byte[], byte[]> draw : draws) {
      byte @Nullable [] key = draw.join();
      if (key != null) {
        RedisKeyScan.text(key).ifPresent(texts::add);
      }
    }
    return texts;
  }

  /** What is read from the reply to a request, or the failure in Freshet's words, not wrapped. */
  private <T, R> CompletableFuture<R> ask(
      String what, Function<RedisSession, CompletableFuture<T>> request, Function<T, R> read) {
    RedisSession live = session;
    if (live == null) {
      throw new IllegalStateException("the store was used before start()");
    }
    if (!requests.tryAcquire()) {
      return CompletableFuture.failedFuture(
          new ServerUnavailableException(
              Server.REDIS,
              "%s was not sent to Redis at %s: %d requests already wait for their replies"
                  .formatted(what, connections.address(), requestsMax),
              null));
    }
    CompletableFuture<R> answer = new CompletableFuture<>();
    CompletableFuture<T> unused =
        sent(live, request)
            .whenComplete(
                (reply, failure) -> {
                  requests.release();
                  complete(
                      answer,
                      () -> {
                        if (failure != null) {
                          throw failures.of(what, failure);
                        }
                        return read.apply(reply);
                      });
                });
    return answer;
  }

  private static <T> CompletableFuture<T> sent(
      RedisSession live, Function<RedisSession, CompletableFuture<T>> request) {
    try {
      return request.apply(live);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static <R> void complete(CompletableFuture<R> answer, Supplier<R> result) {
    try {
      answer.complete(result.get());
    } catch (RuntimeException | Error failure) {
      answer.completeExceptionally(failure);
    }
  }

  private CommandArgs<byte[], byte[]> stateFieldsOf(FeatureView view) {
    return arguments()
        .addKey(keys.chain())
        .add(Field.LINK.getBytes(UTF_8))
        .add(Field.GENERATION.getBytes(UTF_8))
        .add(Field.HISTORY.getBytes(UTF_8))
        .add(Field.epoch(view.name()).getBytes(UTF_8))
        .add(Field.definition(view.name()).getBytes(UTF_8));
  }

  /** Of what {@link #stateFieldsOf} asks for; as in lease.lua, a part of a chain is no chain. */
  private static Optional<ViewState> stateOf(List<byte @Nullable []> fields) {
    List<String> texts = new ArrayList<>(fields.size());
    for (byte @Nullable [] field : fields) {
      if (field == null) {
        return Optional.empty();
      }
      texts.add(new String(field, UTF_8));
    }
    return stateOf(texts.get(1), texts.get(3), texts.get(4));
  }

  private static Optional<ViewState> stateOf(String generation, String epoch, String definition) {
    return Field.isEpoch(epoch)
        ? Optional.of(new ViewState(generation, Integer.parseUnsignedInt(epoch, 16), definition))
        : Optional.empty();
  }

  private static List<@Nullable CacheRecord> recordsOf(List<byte @Nullable []> values) {
    List<@Nullable CacheRecord> records = new ArrayList<>(values.size());
    for (byte @Nullable [] value : values) {
      records.add(value == null ? null : CacheRecord.read(value));
    }
    return records;
  }

  private static LeaseReply leaseReplyOf(List<Object> reply) {
    String word = new String((byte[]) reply.get(0), UTF_8);
    return switch (word) {
      case "granted" ->
          new LeaseReply.Granted(
              stateOf(text(reply.get(1)), text(reply.get(2)), text(reply.get(3))).orElseThrow());
      case "held" -> new LeaseReply.Held(CacheRecord.read((byte[]) reply.get(1)));
      case "unfillable" -> new LeaseReply.Unfillable();
      default -> throw new IllegalStateException("lease.lua replied `%s`".formatted(word));
    };
  }

  private static String text(Object bulk) {
    return new String((byte[]) bulk, UTF_8);
  }

  private static CommandArgs<byte[], byte[]> cacheKeysOf(List<String> cacheKeys) {
    CommandArgs<byte[], byte[]> arguments = arguments();
    cacheKeys.forEach(key -> arguments.addKey(key.getBytes(UTF_8)));
    return arguments;
  }

  private static CommandArgs<byte[], byte[]> arguments() {
    return new CommandArgs<>(CODEC);
  }

  private static <T> AsyncCommand<byte[], byte[], T> command(
      CommandType type,
      CommandOutput<byte[], byte[], T> reply,
      CommandArgs<byte[], byte[]> arguments) {
    return new AsyncCommand<>(new Command<>(type, reply, arguments));
  }

  private static byte[] bytes(long number) {
    return Long.toString(number).getBytes(UTF_8);
  }
}
