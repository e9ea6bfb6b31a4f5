package dev.freshet.eviction;

import dev.freshet.change.Link;
import dev.freshet.change.PgSnapshot;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One try to apply one read of the change log: a run of writes that each leave a link of their own.
 *
 * <p>Until {@link #finish} the links keep the old position, so a run that is cut short is repeated
 * as a whole. The attempt's id is fresh for each try, so a retry never looks like the try before.
 */
final class Attempt {
  private final Chain chain;
  private final EvictionListener listener;
  private final String id;
  private final boolean isSweeping;
  private final PgSnapshot oldPosition;

  private final List<String> cacheKeys = new ArrayList<>();
  private final Map<String, String> fields = new HashMap<>();
  private int cacheKeyBytes;
  private Chain.State state;
  private int chunk;
  private long deleted;

  /**
   * @param id random, never used before
   * @param state the chain as it was read
   * @param isSweeping whether the links in between say that a new chain is being started
   * @param oldPosition of the links in between
   */
  Attempt(
      Chain chain,
      EvictionListener listener,
      String id,
      Chain.State state,
      boolean isSweeping,
      PgSnapshot oldPosition) {
    this.chain = chain;
    this.listener = listener;
    this.id = id;
    this.isSweeping = isSweeping;
    this.oldPosition = oldPosition;
    this.state = state;
  }

  /** Sets a field of the chain, together with the next link. */
  void set(String field, String value) {
    fields.put(field, value);
  }

  /** Deletes a cache key, now or with a later write of this attempt. */
  void delete(String cacheKey) {
    int bytes = cacheKey.getBytes(StandardCharsets.UTF_8).length;
    if (cacheKeys.size() == Chain.KEYS_MAX || cacheKeyBytes + bytes > Chain.KEY_BYTES_MAX) {
      flush();
    }
    cacheKeys.add(cacheKey);
    cacheKeyBytes += bytes;
  }

  /** Writes what waits, and leaves a link with the old position. */
  void flush() {
    write(new Link(isSweeping, oldPosition, id, chunk));
  }

  /** Writes what waits, and leaves a link that says all is applied. */
  void finish(PgSnapshot position) {
    write(new Link(false, position, id, chunk));
  }

  private void write(Link next) {
    Chain.Reply reply = chain.write(new Chain.Write(state.link(), next, cacheKeys, fields));
    if (!reply.isAccepted()) {
      throw new LinkLostException(state.link());
    }
    if (!cacheKeys.isEmpty()) {
      listener.evicted(cacheKeys.size(), reply.deleted());
    }
    state = state.with(next, fields, reply.redisTimeMs());
    deleted += reply.deleted();
    chunk++;
    cacheKeys.clear();
    cacheKeyBytes = 0;
    fields.clear();
  }

  /** The chain as this attempt's last write left it. */
  Chain.State state() {
    return state;
  }

  /** How many keys this attempt's writes found and deleted. */
  long deleted() {
    return deleted;
  }
}
