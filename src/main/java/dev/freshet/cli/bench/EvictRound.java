package dev.freshet.cli.bench;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What came of one round.
 *
 * @param keys how many keys were cached and then changed
 * @param evicted how many the daemon sent for deletion
 * @param existed how many of these Redis held
 * @param left how many were in Redis at the end
 * @param run how it went
 * @param parts where the time went, in seconds by name
 * @param cpu how long processors worked for the daemon
 * @param redisCpu how long they worked for Redis, this benchmark's own questions included
 * @param gcLog the daemon's, from its start
 * @param memory the daemon's, at the end
 */
record EvictRound(
    long keys,
    long evicted,
    long existed,
    long left,
    EvictionRun run,
    Map<String, Double> parts,
    Duration cpu,
    Duration redisCpu,
    GcLog gcLog,
    ProcessMemory memory) {
  private static final List<Integer> PERCENTS = List.of(10, 50, 100);

  /**
   * Holds the daemon to its promise: every changed key was there, was sent once, and is gone.
   *
   * @throws BenchFailedException if not
   */
  void check() {
    if (left != 0 || existed != keys || evicted != keys) {
      throw new BenchFailedException(
          "of %d changed keys that were cached %d were sent for deletion, %d of them existed, and %d are still in Redis; expected %d, %d and 0"
              .formatted(keys, evicted, existed, left, keys, keys));
    }
  }

  double seconds() {
    return run.nanos() / 1e9;
  }

  double keysPerSecond() {
    return keys / seconds();
  }

  double cpuMicrosPerKey() {
    return micros(cpu) / keys;
  }

  private static double micros(Duration duration) {
    return duration.toNanos() / 1e3;
  }

  /** For programs. */
  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("keysPerSecond", Math.round(keysPerSecond()));
    map.put("seconds", rounded(seconds()));
    map.put("secondsByPart", parts);
    map.put("daemonCpuMicrosPerKey", rounded(cpuMicrosPerKey()));
    map.put("redisCpuMicrosPerKey", rounded(micros(redisCpu) / keys));
    map.put("keysEvicted", evicted);
    map.put("keysExisted", existed);
    map.put("keysLeft", left);
    map.put("heapUsedAfterGcMiB", heap());
    GcLog during = gcLog.within(run.beganMs(), run.beganMs() + run.nanos() / 1_000_000);
    map.put("gcPauses", during.pauses().size());
    map.put("gcPausedMs", rounded(during.pausedMs()));
    map.put("rssMiB", rss());
    return map;
  }

  private Map<String, Object> heap() {
    Map<String, Object> heap = new LinkedHashMap<>();
    for (int percent : PERCENTS) {
      gcLog
          .usedAfterMiB(run.whenGone(keys * percent / 100).atMs())
          .ifPresent(used -> heap.put("at%dPercent".formatted(percent), used));
    }
    gcLog
        .within(run.beganMs(), Long.MAX_VALUE)
        .usedAfterMiBMax()
        .ifPresent(used -> heap.put("max", used));
    return heap;
  }

  private Map<String, Object> rss() {
    Map<String, Object> rss = new LinkedHashMap<>();
    for (int percent : PERCENTS) {
      run.whenGone(keys * percent / 100)
          .rssMiB()
          .ifPresent(mib -> rss.put("at%dPercent".formatted(percent), mib));
    }
    memory.peakMiB().ifPresent(mib -> rss.put("peak", mib));
    return rss;
  }

  static double rounded(double value) {
    return Math.round(value * 1_000) / 1_000.0;
  }
}
