package dev.freshet.cli.bench;

import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import dev.freshet.redis.RawRedis;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What a benchmark ran on, as far as its figures depend on it. */
public final class Environment {
  private static final Duration REDIS_TIMEOUT = Duration.ofSeconds(2);

  private Environment() {}

  /**
   * All that the figures of a run depend on.
   *
   * @param settings names of Postgres' settings
   * @param loadBefore the load average when the run began
   */
  static Map<String, Object> ofRun(BenchServers servers, List<String> settings, double loadBefore) {
    try (PostgresDatabase database = servers.database("postgres");
        Session session = Session.open(database);
        RawRedis redis = RawRedis.open(servers.redis(), REDIS_TIMEOUT)) {
      Map<String, Object> environment = facts(session, redis);
      environment.put("postgresSettings", settings(session, settings));
      environment.put("fileSystem", servers.fileSystem());
      Map<String, Double> load = new LinkedHashMap<>();
      load.put("before", loadBefore);
      load.put("after", loadAverage());
      environment.put("loadAverage", load);
      return environment;
    }
  }

  /** The facts that stay the same during a run. */
  public static Map<String, Object> facts(Session session, RawRedis redis) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("cores", Runtime.getRuntime().availableProcessors());
    facts.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    facts.put("java", Runtime.version().toString());
    facts.put("heapMaxMiB", Runtime.getRuntime().maxMemory() >> 20);
    facts.put(
        "collectors",
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .map(GarbageCollectorMXBean::getName)
            .toList());
    facts.put("postgres", setting(session, "server_version"));
    facts.put("synchronousCommit", setting(session, "synchronous_commit"));
    facts.put("fsync", setting(session, "fsync"));
    facts.put("redis", redis.serverVersion());
    return facts;
  }

  /** The values of some of Postgres' settings, by name. */
  private static Map<String, String> settings(Session session, List<String> names) {
    Map<String, String> values = new LinkedHashMap<>();
    names.forEach(name -> values.put(name, setting(session, name)));
    return values;
  }

  private static String setting(Session session, String name) {
    return Objects.requireNonNull(
        session.texts("SELECT current_setting(?::text)", name).get(0), name);
  }

  /** The system's load average over the last minute; negative if it is not known. */
  public static double loadAverage() {
    return Math.round(ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage() * 100)
        / 100.0;
  }
}
