package dev.freshet.redis;

import java.util.HashMap;
import java.util.Map;

/**
 * What a Redis server says of itself.
 *
 * @param runId a random id of the process: another one answers after a restart or a failover
 * @param version as {@code 7.0.15}
 * @param isCluster whether it is a node of a Redis Cluster
 */
record ServerInfo(String runId, String version, boolean isCluster) {

  /** Reads the reply of {@code INFO server}. */
  static ServerInfo parse(String info) {
    Map<String, String> fields = new HashMap<>();
    info.lines()
        .map(line -> line.split(":", 2))
        .filter(pair -> pair.length == 2)
        .forEach(pair -> fields.put(pair[0], pair[1]));
    return new ServerInfo(
        fields.getOrDefault("run_id", ""),
        fields.getOrDefault("redis_version", ""),
        "cluster".equals(fields.get("redis_mode")));
  }

  /** Whether scripts may begin with {@code #!lua} and flags, as they may since Redis 7. */
  boolean knowsScriptFlags() {
    int dot = version.indexOf('.');
    String major = dot < 0 ? version : version.substring(0, dot);
    return major.matches("\\d{1,9}") && Integer.parseInt(major) >= 7;
  }
}
