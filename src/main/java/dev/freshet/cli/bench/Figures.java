package dev.freshet.cli.bench;

import dev.freshet.redis.RawRedis;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the daemon and Redis count, at one moment.
 *
 * @param cpu how long processors have worked for the daemon
 * @param redisCpu how long processors have worked for Redis
 * @param redisKeys how many keys Redis holds
 * @param scriptMicros how long Redis has run scripts
 */
record Figures(
    ScrapedMetrics metrics, Duration cpu, Duration redisCpu, long redisKeys, long scriptMicros) {
  static final String EVICTED = "freshet_keys_evicted_total";
  static final String EXISTED = "freshet_keys_existed_total";

  private static final String WAITED = "freshet_waited_seconds_total{server=\"%s\"}";
  private static final Pattern SCRIPTS =
      Pattern.compile("^cmdstat_evalsha:calls=\\d+,usec=(\\d+),", Pattern.MULTILINE);

  private static final Pattern CPU_SECONDS =
      Pattern.compile("^used_cpu_(?:sys|user):([\\d.]+)", Pattern.MULTILINE);

  Figures(ScrapedMetrics metrics, DaemonProcess daemon, RawRedis redis) {
    this(
        metrics,
        daemon.cpuTime(),
        cpuTime(redis.info("cpu")),
        redis.size(),
        scriptMicros(redis.info("commandstats")));
  }

  static Duration cpuTime(String cpu) {
    double seconds =
        CPU_SECONDS
            .matcher(cpu)
            .results()
            .mapToDouble(line -> Double.parseDouble(line.group(1)))
            .sum();
    return Duration.ofNanos(Math.round(seconds * 1e9));
  }

  static long scriptMicros(String commandStats) {
    Matcher scripts = SCRIPTS.matcher(commandStats);
    return scripts.find() ? Long.parseLong(scripts.group(1)) : 0;
  }

  /** Where the time went, in seconds by name. */
  Map<String, Double> partsSince(Figures earlier) {
    Map<String, Double> parts = new LinkedHashMap<>();
    double postgres = metrics.since(earlier.metrics, WAITED.formatted("postgres"));
    double redis = metrics.since(earlier.metrics, WAITED.formatted("redis"));
    parts.put("daemonInCallsToPostgres", EvictRound.rounded(postgres));
    parts.put("daemonInCallsToRedis", EvictRound.rounded(redis));
    parts.put("redisInScripts", EvictRound.rounded((scriptMicros - earlier.scriptMicros) / 1e6));
    return parts;
  }
}
