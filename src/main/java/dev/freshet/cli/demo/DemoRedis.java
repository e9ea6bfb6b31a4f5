package dev.freshet.cli.demo;

import dev.freshet.cli.servers.LocalRedis;
import dev.freshet.redis.RawRedis;
import dev.freshet.redis.RedisConnections;
import java.time.Duration;
import java.util.Map;

/**
 * The demo's own Redis.
 *
 * @param connections where connections to it come from
 * @param raw a connection that asks what it holds, as an operator would
 */
record DemoRedis(LocalRedis server, RedisConnections connections, RawRedis raw)
    implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  static DemoRedis start() {
    LocalRedis server = LocalRedis.start(Map.of());
    RedisConnections connections = new RedisConnections(server.url(), TIMEOUT);
    try {
      return new DemoRedis(server, connections, RawRedis.open(connections, TIMEOUT));
    } catch (RuntimeException e) {
      connections.close();
      server.close();
      throw e;
    }
  }

  String version() {
    return raw.serverVersion();
  }

  @Override
  public void close() {
    try (server;
        connections;
        raw) {
      // closed in the reverse order, each whatever becomes of the others
    }
  }
}
