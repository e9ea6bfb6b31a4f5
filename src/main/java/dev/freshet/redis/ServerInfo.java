package dev.freshet.redis;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a Redis server says of itself.
 *
 * @param runId a random id of the process: another one answers after a restart or a failover
 * @param version as {@code 7.0.15}; for a Valkey, that of the Redis that it is compatible with
 * @param valkeyVersion as {@code 8.1.1}; empty if it is no Valkey
 * @param isCluster whether it is a node of a Redis Cluster
 */
record ServerInfo(String runId, String version, String valkeyVersion, boolean isCluster) {
  private static final Pattern VERSION = Pattern.compile("(\\d{1,9})(?:\\.(\\d{1,9}))?.*");

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
        fields.getOrDefault("valkey_version", ""),
        "cluster".equals(fields.getOrDefault("server_mode", fields.get("redis_mode"))));
  }

  /** Whether scripts may begin with {@code #!lua} and flags, as they may since Redis 7. */
  boolean knowsScriptFlags() {
    return isAtLeast(version, 7, 0);
  }

  /** Whether it knows {@code SET … IFEQ}, as Redis 8.4 and Valkey 8.1 do. */
  boolean knowsSetIfEqual() {
    return valkeyVersion.isEmpty() ? isAtLeast(version, 8, 4) : isAtLeast(valkeyVersion, 8, 1);
  }

  private static boolean isAtLeast(String version, int major, int minor) {
    Matcher parts = VERSION.matcher(version);
    if (!parts.matches()) {
      return false;
    }
    int thisMajor = Integer.parseInt(parts.group(1));
    int thisMinor = parts.group(2) == null ? 0 : Integer.parseInt(parts.group(2));
    return thisMajor > major || (thisMajor == major && thisMinor >= minor);
  }
}
