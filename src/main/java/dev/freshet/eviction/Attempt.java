package dev.freshet.eviction;

import dev.freshet.change.Link;
import dev.freshet.change.PgSnapshot;
import dev.freshet.lifecycle.ServerUnavailableException.Server;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * One try to apply one read of the change log: a run of writes that each leave a link of their own.
 *
 * <p>Until {@link #finish} the links keep the old position, so a run that is cut short is repeated
 * as a whole. The attempt's id is fresh for each try, so a retry never looks like the try before.
 *
 * <p>Some writes are on their way at once, so that Redis need not wait for the next one, nor this
 * for each reply. That is as safe as one at a time: a write expects the link of the one before,
 * which only that one leaves, for the id in it is this attempt's alone. If one is refused or lost,
 * Redis refuses all after it, whenever they come; the last one, with the new position, among them.
 * So what a link in Redis says is done is done. What it says nothing of may be half done, and is
 * repeated: after any failure nothing is believed of the writes on their way, and the chain is
 * read.
 */
final class Attempt {
  /** How many writes may be on their way. */
  static final int UNANSWERED_MAX = 8;

  /** How many bytes of cache keys may be on their way. */
  static final int UNANSWERED_BYTES_MAX = 2 * Chain.KEY_BYTES_MAX;

  private final Chain chain;
  private final Refresher refresher;
  private final ServerCalls calls;
  private final String id;
  private final boolean isSweeping;
  private final PgSnapshot oldPosition;

  private final List<String> cacheKeys = new ArrayList<>();
  private final List<Refresh> refreshes = new ArrayList<>();
  private final Map<String, String> fields = new HashMap<>();
  private final Deque<Unanswered> unanswered = new ArrayDeque<>();
  private int cacheKeyBytes;
  private int unansweredBytes;
  private int unansweredRefreshes;
  private Chain.State state;
  private String lastSent;
  private int chunk;
  private long deleted;

  private record Refresh(FeatureView view, EntityKey key, Chain.Lease lease) {}

  private record Unanswered(
      Chain.Write write,
      List<Refresh> refreshes,
      int bytes,
      Chain.Sent sent,
      Runnable whenApplied) {}

  /**
   * @param refresher is given the keys that hold leases of this attempt
   * @param id random, never used before
   * @param state the chain as it was read
   * @param isSweeping whether the links in between say that a new chain is being started
   * @param oldPosition of the links in between
   */
  Attempt(
      Chain chain,
      Refresher refresher,
      ServerCalls calls,
      String id,
      Chain.State state,
      boolean isSweeping,
      PgSnapshot oldPosition) {
    this.chain = chain;
    this.refresher = refresher;
    this.calls = calls;
    this.id = id;
    this.isSweeping = isSweeping;
    this.oldPosition = oldPosition;
    this.state = state;
    this.lastSent = state.link();
  }

  /** Sets a field of the chain, together with the next link. */
  void set(String field, String value) {
    fields.put(field, value);
  }

  /** Deletes a cache key, now or with a later write of this attempt. */
  void delete(String cacheKey) {
    makeRoom(cacheKey);
    cacheKeys.add(cacheKey);
  }

  /**
   * Puts a lease into an entity's cache key, if it holds anything, and gives the key to the
   * refresher then; or deletes it if the refresher has no room. Now or with a later write.
   *
   * @param token 16 random bytes, never used before
   */
  void refresh(FeatureView view, EntityKey key, byte[] token) {
    String cacheKey = view.key().cacheKey(key);
    if (unansweredRefreshes + refreshes.size() >= refresher.room()) {
      delete(cacheKey);
      return;
    }
    makeRoom(cacheKey);
    boolean carriesCopy = view.onChange().servesStale();
    refreshes.add(
        new Refresh(view, key, new Chain.Lease(cacheKey, ByteBuffer.wrap(token), carriesCopy)));
  }

  private void makeRoom(String cacheKey) {
    int bytes = utf8Bytes(cacheKey);
    if (cacheKeys.size() + refreshes.size() == Chain.KEYS_MAX
        || cacheKeyBytes + bytes > Chain.KEY_BYTES_MAX) {
      flush();
    }
    cacheKeyBytes += bytes;
  }

  /** Sends what waits, to leave a link with the old position. */
  void flush() {
    flush(() -> {});
  }

  /**
   * As {@link #flush()}.
   *
   * @param whenApplied is run when this and all that was sent before is known to be done
   */
  void flush(Runnable whenApplied) {
    send(new Link(isSweeping, oldPosition, id, chunk), whenApplied);
  }

  /** Waits until all that was sent is known to be done. */
  void settle() {
    while (!unanswered.isEmpty()) {
      awaitOldest();
    }
  }

  /**
   * Sends what waits, to leave a link that says all is applied, and waits until it is done.
   *
   * @param whenApplied is run then
   */
  void finish(PgSnapshot position, Runnable whenApplied) {
    send(new Link(false, position, id, chunk), whenApplied);
    settle();
  }

  private void send(Link next, Runnable whenApplied) {
    while (unanswered.size() == UNANSWERED_MAX
        || (!unanswered.isEmpty() && unansweredBytes + cacheKeyBytes > UNANSWERED_BYTES_MAX)) {
      awaitOldest();
    }
    Chain.Write write =
        new Chain.Write(
            lastSent,
            next,
            cacheKeys,
            refreshes.stream().map(Refresh::lease).toList(),
            refresher.leaseTime(),
            fields);
    Chain.Sent sent = calls.time(Server.REDIS, () -> chain.send(write));
    unanswered.add(new Unanswered(write, List.copyOf(refreshes), cacheKeyBytes, sent, whenApplied));
    unansweredRefreshes += refreshes.size();
    unansweredBytes += cacheKeyBytes;
    lastSent = next.toString();
    chunk++;
    cacheKeys.clear();
    refreshes.clear();
    cacheKeyBytes = 0;
    fields.clear();
  }

  private void awaitOldest() {
    Unanswered oldest = unanswered.remove();
    unansweredBytes -= oldest.bytes;
    Chain.Write write = oldest.write;
    Chain.Reply reply = calls.time(Server.REDIS, oldest.sent::reply);
    if (!reply.isAccepted()) {
      throw new LinkLostException(write.expected());
    }
    state = state.with(write.next(), write.fields(), reply.redisTimeMs());
    deleted += reply.deleted();
    unansweredRefreshes -= oldest.refreshes.size();
    long leased = handOver(oldest.refreshes, reply.leased());
    int planned = write.cacheKeys().size() + write.leases().size();
    if (planned > 0) {
      calls.listener().evicted(planned, reply.deleted() + leased);
    }
    oldest.whenApplied.run();
  }

  /** Gives the keys that hold a lease now to the refresher; returns how many there are. */
  private long handOver(List<Refresh> asked, List<Long> leased) {
    long handedOver = 0;
    for (int i = 0; i < asked.size(); i++) {
      long keepMsMax = leased.get(i);
      if (keepMsMax != Chain.Reply.HELD_NOTHING) {
        Refresh refresh = asked.get(i);
        refresher.refresh(
            new Refresher.Leased(
                refresh.view,
                refresh.key,
                refresh.lease.token(),
                keepMsMax == Chain.Reply.TIME_UNKNOWN
                    ? OptionalLong.empty()
                    : OptionalLong.of(keepMsMax)),
            field(Chain.Field.GENERATION),
            field(Chain.Field.epoch(refresh.view.name())));
        handedOver++;
      }
    }
    return handedOver;
  }

  /**
   * A field of the chain; it has them all, since it was whole before changes were applied to it.
   */
  private String field(String name) {
    return state.fields().getOrDefault(name, "");
  }

  private static int utf8Bytes(String text) {
    int bytes = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        // Of a surrogate pair, which has four bytes, each half counts two.
        bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
      }
    }
    return bytes;
  }

  /** The chain as this attempt's last write left it, when all is settled. */
  Chain.State state() {
    return state;
  }

  /** How many keys the writes that are known to be done found and deleted. */
  long deleted() {
    return deleted;
  }
}
