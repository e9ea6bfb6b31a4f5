package dev.freshet.cli.consistency;

import dev.freshet.cli.consistency.Fault.Clock;
import dev.freshet.cli.consistency.Fault.Target;
import dev.freshet.cli.servers.TcpProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** What can happen to the network between Freshet and its servers. */
final class NetworkFaults {
  private static final Duration FOUND_AFTER = Duration.ofSeconds(10);
  private static final int DELAY_MS = 100;

  /** One way, seen from Freshet. */
  private record Way(
      String name,
      String words,
      Target target,
      Clock clock,
      Function<Network, List<TcpProxy>> proxies) {}

  private static final List<Way> WAYS =
      List.of(
          new Way(
              "daemon-to-postgres",
              "between the daemon and Postgres",
              Target.POSTGRES,
              Clock.UNAIDED,
              network -> List.of(network.daemonToPostgres())),
          new Way(
              "daemon-to-redis",
              "between the daemon and Redis",
              Target.REDIS,
              Clock.UNAIDED,
              network -> List.of(network.daemonToRedis())),
          new Way(
              "loaders-to-postgres",
              "between the loaders and Postgres",
              Target.POSTGRES,
              Clock.LOADERS_UNAIDED,
              Network::loadersToPostgres),
          new Way(
              "loaders-to-redis",
              "between the loaders and Redis",
              Target.REDIS,
              Clock.LOADERS_UNAIDED,
              network -> List.of(network.loadersToRedis())));

  private NetworkFaults() {}

  static List<Fault> all() {
    List<Fault> faults = new ArrayList<>();
    for (Way way : WAYS) {
      faults.add(cut(way));
      faults.add(silent(way));
      faults.add(slow(way));
    }
    return faults;
  }

  private static int connections(List<TcpProxy> proxies) {
    return proxies.stream().mapToInt(TcpProxy::connections).sum();
  }

  /** There may be none for a moment, when the server has just been put right. */
  private static int awaitConnections(Way way, List<TcpProxy> proxies) throws InterruptedException {
    Site.await("there is a connection " + way.words, () -> connections(proxies) > 0);
    return connections(proxies);
  }

  private static Fault cut(Way way) {
    return Fault.healed(
            way.name + "-cut",
            "every connection %s is reset".formatted(way.words),
            way.target,
            site -> {
              List<TcpProxy> proxies = way.proxies.apply(site.cluster().network());
              int before = awaitConnections(way, proxies);
              proxies.forEach(TcpProxy::cut);
              return () -> "%d connections were reset".formatted(before);
            })
        .counted(way.clock)
        .within(FOUND_AFTER);
  }

  private static Fault silent(Way way) {
    return Fault.healed(
            way.name + "-silent",
            "the connections %s carry nothing any more and say nothing; new ones work"
                .formatted(way.words),
            way.target,
            site -> {
              List<TcpProxy> proxies = way.proxies.apply(site.cluster().network());
              int before = awaitConnections(way, proxies);
              proxies.forEach(TcpProxy::silencePresent);
              return () -> {
                proxies.forEach(TcpProxy::resume);
                return "%d connections were silent".formatted(before);
              };
            })
        .counted(way.clock)
        .within(FOUND_AFTER);
  }

  private static Fault slow(Way way) {
    return Fault.healed(
        way.name + "-slow",
        "everything %s takes %d ms longer in each direction".formatted(way.words, DELAY_MS),
        way.target,
        site -> {
          List<TcpProxy> proxies = way.proxies.apply(site.cluster().network());
          int before = awaitConnections(way, proxies);
          proxies.forEach(proxy -> proxy.delay(DELAY_MS));
          return () -> {
            proxies.forEach(proxy -> proxy.delay(0));
            return "%d connections were slow".formatted(before);
          };
        });
  }
}
