package dev.freshet.cli.consistency;

import dev.freshet.cli.servers.ServerFailedException;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Until when all changes are in Redis, by the freshness lease: the daemon renews it to 2 s after
 * the moment at which it began to read the change log.
 */
final class Freshness {
  private static final long LEASE_MS = 2_000;
  private static final long POLL_MS = 10;

  /** The lease's end by Redis' clock, which is this machine's; negative if there is none. */
  private static final String LEASE_END =
      "EVAL \"local p = redis.call('PTTL', KEYS[1]) if p < 0 then return '-1' end"
          + " local t = redis.call('TIME')"
          + " return tostring(t[1] * 1000 + math.floor(t[2] / 1000) + p)\" 1 {freshet}:fresh";

  private final Cluster cluster;

  Freshness(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * The moment up to which all commits are evicted, in milliseconds since 1970; empty if nobody
   * vouches for one.
   */
  OptionalLong vouchedUntilMs() {
    try {
      String end = cluster.redis().ask(LEASE_END);
      return end.matches("[\\d.e+]+")
          ? OptionalLong.of((long) Double.parseDouble(end) - LEASE_MS)
          : OptionalLong.empty();
    } catch (ServerFailedException e) {
      return OptionalLong.empty(); // Redis is away
    }
  }

  /**
   * Waits until all that was committed up to a moment is evicted.
   *
   * @param sinceMs that moment, in milliseconds since 1970
   * @return how long after that moment it was known, in milliseconds; empty if not in time
   */
  OptionalLong awaitVouched(long sinceMs, long waitMs) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
    while (System.nanoTime() < end) {
      OptionalLong vouched = vouchedUntilMs();
      long now = System.currentTimeMillis();
      if (vouched.isPresent() && vouched.getAsLong() >= sinceMs) {
        return OptionalLong.of(Math.max(0, now - sinceMs));
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
    return OptionalLong.empty();
  }
}
