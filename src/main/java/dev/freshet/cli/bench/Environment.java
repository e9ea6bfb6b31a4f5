package dev.freshet.cli.bench;

import dev.freshet.postgres.Session;
import dev.freshet.redis.RawRedis;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** What a benchmark ran on, as far as its figures depend on it. */
final class Environment {
  private Environment() {}

  /** The facts that stay the same during a run. */
  static Map<String, Object> facts(Session session, RawRedis redis) {
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

  private static String setting(Session session, String name) {
    return Objects.requireNonNull(
        session.texts("SELECT current_setting(?::text)", name).get(0), name);
  }

  /** The system's load average over the last minute; negative if it is not known. */
  static double loadAverage() {
    return Math.round(ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage() * 100)
        / 100.0;
  }
}
