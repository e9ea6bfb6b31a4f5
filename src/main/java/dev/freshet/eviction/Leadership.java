package dev.freshet.eviction;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether this daemon is the active one of its chain.
 *
 * <p>Leadership is a session lock. It only saves work: two active daemons do no harm, since the
 * chain lets each write happen once. So whoever holds the lock and does nothing is not waited for.
 */
final class Leadership {
  private static final long TAKE_OVER_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Doorbell doorbell;
  private final Chain chain;
  private final String chainName;
  private final LongSupplier nanoTime;

  private boolean hasLock;
  private boolean hasTakenOver;
  private @Nullable String linkSeen;
  private long lifeSeenNanos;

  Leadership(Doorbell doorbell, Chain chain, String chainName, LongSupplier nanoTime) {
    this.doorbell = doorbell;
    this.chain = chain;
    this.chainName = chainName;
    this.nanoTime = nanoTime;
  }

  /** A lock is lost with the session that it was taken on. */
  void sessionBegan() {
    hasLock = false;
    hasTakenOver = false;
  }

  /**
   * This daemon has just left a link, or compared it. If that is still there after its session
   * broke, nobody else has written since, and whoever holds the lock (Postgres may not have noticed
   * that the session broke) has been silent for so long.
   */
  void linkWasConfirmed(String link) {
    linkSeen = link;
    lifeSeenNanos = nanoTime.getAsLong();
  }

  /** Somebody else writes to the chain: if we took over from one who was silent, he is back. */
  void linkWasLost() {
    hasTakenOver = false;
    linkSeen = null;
  }

  boolean isOurs() {
    hasLock = hasLock || doorbell.tryToLead(chainName);
    hasTakenOver = !hasLock && (hasTakenOver || leaderIsSilent());
    return hasLock || hasTakenOver;
  }

  private boolean leaderIsSilent() {
    Chain.State seen = chain.read();
    long now = nanoTime.getAsLong();
    if (seen.isFresh() || !seen.link().equals(linkSeen)) {
      linkSeen = seen.link();
      lifeSeenNanos = now;
    }
    return now - lifeSeenNanos > TAKE_OVER_NANOS;
  }
}
