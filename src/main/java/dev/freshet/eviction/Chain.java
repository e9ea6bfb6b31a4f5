package dev.freshet.eviction;

import dev.freshet.change.Link;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Freshet's writes to Redis, each of which checks the one before.
 *
 * <p>All methods throw {@link dev.freshet.lifecycle.ServerUnavailableException} if Redis does not
 * answer in time or refuses the write. No call is queued or sent twice: after an exception it is
 * unknown whether the call took effect, and the next {@link #read()} tells.
 */
public interface Chain {
  /** At most so many cache keys in one write. */
  int KEYS_MAX = 1_000;

  /** At most so many bytes of cache keys in one write. */
  int KEY_BYTES_MAX = 1 << 20;

  /** The chain's fields in Redis, as text. */
  final class Field {
    public static final String LINK = "link";
    public static final String GENERATION = "generation";
    public static final String HISTORY = "history";

    /**
     * {@code full}, or the number of the change log's opening: whoever wrote nothing to the log
     * before that had ended when the chain was started.
     */
    public static final String OVERFLOW = "overflow";

    private static final Pattern EPOCH = Pattern.compile("[0-9a-fA-F]{8}");

    private Field() {}

    /** Whether a text is an epoch: of another one no loader fills anything. */
    public static boolean isEpoch(String text) {
      return EPOCH.matcher(text).matches();
    }

    /** The field with a view's epoch, 8 hexadecimal digits. */
    public static String epoch(String view) {
      return "epoch:" + view;
    }

    /** The field with a hash of the shape that a view's tables had when it was swept last. */
    public static String shape(String view) {
      return "shape:" + view;
    }

    /** The field with a view's definition hash. */
    public static String definition(String view) {
      return "definition:" + view;
    }
  }

  /**
   * What Redis holds of the chain.
   *
   * @param fields by name; empty if there is no chain
   * @param isFresh whether the freshness lease has not run out
   * @param redisTimeMs Redis' clock when it was read, in milliseconds since 1970
   */
  record State(Map<String, String> fields, boolean isFresh, long redisTimeMs) {
    public State {
      fields = Map.copyOf(fields);
    }

    /** The link's text form; empty if there is none. */
    public String link() {
      return fields.getOrDefault(Field.LINK, "");
    }

    /** This state after a write that was accepted. */
    State with(Link next, Map<String, String> changed, long timeMs) {
      Map<String, String> after = new HashMap<>(fields);
      after.putAll(changed);
      after.put(Field.LINK, next.toString());
      return new State(after, isFresh, timeMs);
    }

    /** This state at a later time. */
    State at(long timeMs) {
      return new State(fields, isFresh, timeMs);
    }
  }

  /**
   * A lease to put in the place of what a cache key holds, if it holds anything.
   *
   * @param token 16 random bytes, never used before
   * @param carriesCopy whether it shall carry what the key held. Then it ends when the first such
   *     lease since the value was current would have ended
   */
  record Lease(String cacheKey, ByteBuffer token, boolean carriesCopy) {}

  /**
   * One write.
   *
   * @param expected the text form of the link that must be there; empty for none
   * @param next the link to leave
   * @param cacheKeys deleted first
   * @param leases put into other cache keys; these and the deleted ones are at most {@link
   *     #KEYS_MAX}
   * @param leaseTime how long the leases last
   * @param fields set together with the link
   */
  record Write(
      String expected,
      Link next,
      List<String> cacheKeys,
      List<Lease> leases,
      Duration leaseTime,
      Map<String, String> fields) {
    public Write {
      cacheKeys = List.copyOf(cacheKeys);
      leases = List.copyOf(leases);
      fields = Map.copyOf(fields);
    }

    /** A write that only deletes. */
    public Write(String expected, Link next, List<String> cacheKeys, Map<String, String> fields) {
      this(expected, next, cacheKeys, List.of(), Duration.ZERO, fields);
    }
  }

  /**
   * What came of a write or a beat.
   *
   * @param isAccepted false if another link was there; then nothing was changed
   * @param deleted how many keys existed
   * @param redisTimeMs Redis' clock at the call, in milliseconds since 1970
   * @param leased what came of each lease: {@link #HELD_NOTHING}, {@link #TIME_UNKNOWN}, or how
   *     long the value that the key held would still have been kept, in milliseconds
   */
  record Reply(boolean isAccepted, long deleted, long redisTimeMs, List<Long> leased) {
    /** The key was empty, and is. */
    public static final long HELD_NOTHING = -2;

    /** The key holds the lease; it held no value, or one without end. */
    public static final long TIME_UNKNOWN = -1;

    public Reply {
      leased = List.copyOf(leased);
    }

    /** A reply to what asked for no leases. */
    public Reply(boolean isAccepted, long deleted, long redisTimeMs) {
      this(isAccepted, deleted, redisTimeMs, List.of());
    }
  }

  /** Reads the chain, on a new connection if the last call failed. */
  State read();

  /**
   * Sends a write: it deletes the keys and leaves the next link, in one atomic step, if the
   * expected link is there.
   *
   * <p>Further writes may be sent before the reply comes, if each expects the link that the one
   * before leaves, and nobody else ever leaves that link. Then a write that is refused, fails or is
   * lost takes all that were sent after it with it: they find another link than they expect, and
   * change nothing. Replies are to be awaited in the order of sending; after one that is not
   * accepted or fails, the chain must be read anew, whatever became of the rest.
   *
   * <p>May wait for the reply itself, and fail as {@link Sent#reply()} does.
   */
  Sent send(Write write);

  /** A write on its way. */
  interface Sent {
    /** Waits for the reply. */
    Reply reply();
  }

  /** Sends a write and waits for its reply. */
  default Reply write(Write write) {
    return send(write).reply();
  }

  /**
   * Renews the freshness lease if the expected link is there.
   *
   * @param freshUntilMs by Redis' clock, in milliseconds since 1970; if that has passed, the lease
   *     is void
   */
  Reply beat(String expected, long freshUntilMs);

  /**
   * Reads the cache keys that match a glob, each at least once if it is there from beginning to
   * end, page by page, on a connection that never reconnects. Iterating throws {@link
   * dev.freshet.lifecycle.ServerUnavailableException} if the connection breaks or another server
   * answers: then the scan must be started again.
   */
  KeyScan scan(String pattern);

  /** A running scan. */
  interface KeyScan extends Iterator<List<String>>, AutoCloseable {
    /** How much of the walk is done, 0 to 1, about; for people. */
    double part();

    @Override
    void close();
  }
}
