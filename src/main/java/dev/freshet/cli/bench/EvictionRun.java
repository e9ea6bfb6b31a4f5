package dev.freshet.cli.bench;

import dev.freshet.change.Link;
import dev.freshet.redis.RawRedis;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * What was seen from outside while the daemon applied one change of all rows.
 *
 * @param nanos from the beginning until the link covered the change
 * @param beganMs the beginning, in milliseconds since 1970
 * @param sights in order
 */
record EvictionRun(long nanos, long beganMs, List<Sight> sights) {
  private static final long LOOK_MS = 2;
  private static final long SIGHT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long STANDSTILL_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

  /**
   * One look.
   *
   * @param atMs in milliseconds since 1970
   * @param gone how many keys had gone from Redis
   * @param rssMiB the daemon's memory
   */
  record Sight(long atMs, long gone, OptionalLong rssMiB) {}

  /**
   * Looks on until the link's position covers a transaction.
   *
   * @param beganNanos by {@link System#nanoTime()}
   * @param keysBefore how many keys Redis held at the beginning
   * @throws BenchFailedException if the daemon ends, or nothing happens for a minute
   */
  static EvictionRun follow(
      RawRedis redis,
      CachedItems cached,
      DaemonProcess daemon,
      long transaction,
      long beganNanos,
      long keysBefore)
      throws InterruptedException {
    long beganMs = System.currentTimeMillis() - millisSince(beganNanos);
    List<Sight> sights = new ArrayList<>();
    String lastLink = "";
    long lastNewsNanos = System.nanoTime();
    long lastSightNanos = lastNewsNanos - SIGHT_NANOS;
    while (true) {
      String link = cached.link();
      long now = System.nanoTime();
      boolean isDone = covers(link, transaction);
      if (isDone || now - lastSightNanos >= SIGHT_NANOS) {
        lastSightNanos = now;
        daemon.check();
        sights.add(
            new Sight(
                beganMs + TimeUnit.NANOSECONDS.toMillis(now - beganNanos),
                keysBefore - redis.size(),
                daemon.memory().nowMiB()));
      }
      if (isDone) {
        return new EvictionRun(now - beganNanos, beganMs, List.copyOf(sights));
      }
      if (!link.equals(lastLink)) {
        lastLink = link;
        lastNewsNanos = now;
      } else if (now - lastNewsNanos > STANDSTILL_NANOS_MAX) {
        throw new BenchFailedException(
            "the link has not changed for a minute, and does not cover transaction %d: %s"
                .formatted(transaction, link));
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    }
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }

  private static boolean covers(String link, long transaction) {
    return !link.isEmpty() && Link.parse(link).position().sees(transaction);
  }

  /** The first look that found so many keys gone; the last one if none did. */
  Sight whenGone(long keys) {
    return sights.stream()
        .filter(sight -> sight.gone >= keys)
        .findFirst()
        .orElse(sights.get(sights.size() - 1));
  }
}
