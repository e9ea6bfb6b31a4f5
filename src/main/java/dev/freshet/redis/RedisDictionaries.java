package dev.freshet.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.freshet.codec.Codec;
import dev.freshet.codec.Codecs;
import dev.freshet.codec.StoredDictionary;
import dev.freshet.loading.DictionarySource;
import dev.freshet.view.FeatureView;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The mirror of each view's dictionaries: one hash, with a field for each dictionary, one for the
 * newest of each codec, and one that says of what all of it was made.
 *
 * <p>Postgres has the truth; the daemon writes the mirror, loaders read it. Losing it costs misses
 * until it is written again, never more: a dictionary's number is made of its bytes, so whatever is
 * in a field is either that dictionary or seen not to be it.
 *
 * <p>Calls block until the reply or the timeout; while the connection is away they fail at once.
 */
public final class RedisDictionaries implements DictionarySource, AutoCloseable {
  private static final byte[] CONTENTS = "contents".getBytes(UTF_8);
  private static final String NEWEST = "newest:";
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

  /** How many calls may wait for their replies; there are never more than two threads here. */
  private static final int REQUESTS_MAX = 64;

  private final RedisConnections connections;
  private final ChainKeys keys;
  private final Duration timeout;
  private volatile @Nullable RedisSession session;

  /**
   * @param namespace of Freshet's own keys
   * @param timeout for each command
   */
  public RedisDictionaries(RedisConnections connections, String namespace, Duration timeout) {
    this.connections = connections;
    this.keys = new ChainKeys(namespace, connections.database());
    this.timeout = timeout;
  }

  /**
   * Connects.
   *
   * @throws dev.freshet.lifecycle.ServerUnavailableException if that fails
   */
  public void start() {
    session = connections.connectLasting("freshet-dictionaries", timeout, REQUESTS_MAX);
  }

  @Override
  public void close() {
    RedisSession ended = session;
    if (ended != null) {
      ended.close();
    }
  }

  @Override
  public Map<String, Long> newest(FeatureView view) {
    byte[][] fields =
        Codecs.trained().stream().map(codec -> newestOf(codec)).toArray(byte[][]::new);
    List<KeyValue<byte[], byte[]>> values =
        ask("the newest dictionaries", redis -> redis.hmget(keys.dictionary(view.name()), fields));
    Map<String, Long> newest = new LinkedHashMap<>();
    for (KeyValue<byte[], byte[]> value : values) {
      String number = value.hasValue() ? new String(value.getValue(), UTF_8) : "";
      if (NUMBER.matcher(number).matches()) {
        newest.put(
            new String(value.getKey(), UTF_8).substring(NEWEST.length()), Long.parseLong(number));
      }
    }
    return newest;
  }

  @Override
  public Optional<byte[]> find(FeatureView view, long number) {
    return Optional.ofNullable(
        ask("a dictionary", redis -> redis.hget(keys.dictionary(view.name()), text(number))));
  }

  /** What the mirror of a view was made of, as {@link #mirror} was told; empty if there is none. */
  public Optional<String> contents(FeatureView view) {
    return Optional.ofNullable(
            ask(
                "what the dictionaries' mirror holds",
                redis -> redis.hget(keys.dictionary(view.name()), CONTENTS)))
        .map(bytes -> new String(bytes, UTF_8));
  }

  /**
   * Makes a view's mirror hold these dictionaries and no others. What is there already stays there
   * all the time.
   *
   * @param contents what to answer to {@link #contents} from now on
   * @param dictionaries in the order of their training; if there are none, the mirror goes
   */
  public void mirror(FeatureView view, String contents, List<StoredDictionary> dictionaries) {
    byte[] key = keys.dictionary(view.name());
    if (dictionaries.isEmpty()) {
      ask("removing a dictionaries' mirror", redis -> redis.unlink(key));
      return;
    }
    Map<String, byte[]> fields = new LinkedHashMap<>();
    for (StoredDictionary dictionary : dictionaries) {
      fields.put(Long.toString(dictionary.number()), dictionary.bytes());
      dictionary
          .codec()
          .ifPresent(codec -> fields.put(NEWEST + codec.name(), text(dictionary.number())));
    }
    fields.put(new String(CONTENTS, UTF_8), contents.getBytes(UTF_8));
    IdentityHashMap<byte[], byte[]> encoded = new IdentityHashMap<>();
    fields.forEach((field, value) -> encoded.put(field.getBytes(UTF_8), value));
    ask("mirroring dictionaries", redis -> redis.hset(key, encoded));
    byte[][] others =
        ask("reading a dictionaries' mirror", redis -> redis.hgetall(key)).keySet().stream()
            .filter(field -> !fields.containsKey(new String(field, UTF_8)))
            .toArray(byte[][]::new);
    if (others.length > 0) {
      ask("removing old dictionaries", redis -> redis.hdel(key, others));
    }
  }

  private static byte[] newestOf(Codec codec) {
    return (NEWEST + codec.name()).getBytes(UTF_8);
  }

  private static byte[] text(long number) {
    return Long.toString(number).getBytes(UTF_8);
  }

  private <T> T ask(
      String what, Function<RedisAsyncCommands<byte[], byte[]>, RedisFuture<T>> command) {
    RedisSession live = session;
    if (live == null) {
      throw new IllegalStateException("the dictionaries were used before start()");
    }
    RedisFailures failures = connections.failures();
    RedisFuture<T> reply;
    try {
      reply = command.apply(live.commands());
    } catch (RuntimeException e) {
      throw failures.of(what, e);
    }
    return failures.await(what, reply.toCompletableFuture(), timeout.multipliedBy(2));
  }
}
