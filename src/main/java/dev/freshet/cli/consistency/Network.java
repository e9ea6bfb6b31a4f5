package dev.freshet.cli.consistency;

import dev.freshet.cli.servers.TcpProxy;
import java.util.List;

/**
 * The ways to the servers, each through a proxy that can be broken.
 *
 * @param daemonToPostgres the daemon's
 * @param daemonToRedis the daemon's
 * @param loadersToPostgres each loader's own
 * @param loadersToRedis all loaders'
 */
record Network(
    TcpProxy daemonToPostgres,
    TcpProxy daemonToRedis,
    List<TcpProxy> loadersToPostgres,
    TcpProxy loadersToRedis)
    implements AutoCloseable {
  private static final String HOST = "127.0.0.1";

  static Network to(int postgresPort, int redisPort, int loaders) {
    return new Network(
        TcpProxy.to(HOST, postgresPort),
        TcpProxy.to(HOST, redisPort),
        java.util.stream.IntStream.range(0, loaders)
            .mapToObj(i -> TcpProxy.to(HOST, postgresPort))
            .toList(),
        TcpProxy.to(HOST, redisPort));
  }

  List<TcpProxy> toPostgres() {
    List<TcpProxy> all = new java.util.ArrayList<>(loadersToPostgres);
    all.add(daemonToPostgres);
    return all;
  }

  List<TcpProxy> toRedis() {
    return List.of(daemonToRedis, loadersToRedis);
  }

  /** Leads connections to another port, and breaks those of now. */
  static void move(List<TcpProxy> proxies, int port) {
    proxies.forEach(
        proxy -> {
          proxy.leadTo(HOST, port);
          proxy.cut();
        });
  }

  @Override
  public void close() {
    toPostgres().forEach(TcpProxy::close);
    toRedis().forEach(TcpProxy::close);
  }
}
