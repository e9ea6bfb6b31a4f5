package dev.freshet.cli.consistency;

import static dev.freshet.cli.consistency.Fault.require;

import dev.freshet.cli.consistency.Fault.Healing;
import dev.freshet.cli.consistency.Fault.Target;
import dev.freshet.cli.servers.LocalPostgres;
import dev.freshet.cli.servers.TcpProxy;
import dev.freshet.postgres.Session;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** What can happen when a standby of Postgres takes over. */
final class FailoverFaults {
  private static final Duration BACK_AFTER = Duration.ofSeconds(10);
  private static final long LAG_MS = 700;

  /** What was read before is answered by then. */
  private static final long LAST_ANSWERS_MS = 3_000;

  private FailoverFaults() {}

  static List<Fault> all() {
    return List.of(
        Fault.healed(
                "postgres-promoted",
                "Postgres is killed, and a standby that lags is promoted: commits are lost",
                Target.POSTGRES,
                FailoverFaults::failOver)
            .within(BACK_AFTER)
            .after(FailoverFaults::startStandby),
        Fault.healed(
                "daemon-on-old-primary",
                "a lagging standby is promoted while the old primary runs on, and later the daemon alone gets back to that",
                Target.POSTGRES,
                FailoverFaults::daemonOnOldPrimary)
            .within(BACK_AFTER)
            .after(FailoverFaults::startStandby),
        Fault.healed(
                "loader-on-old-primary",
                "a lagging standby is promoted while the old primary runs on, and later one loader alone gets back to that",
                Target.POSTGRES,
                FailoverFaults::loaderOnOldPrimary)
            .after(FailoverFaults::startStandby));
  }

  /** A standby and the way by which it is kept up to date. */
  private record Standby(LocalPostgres server, TcpProxy way) implements Site.Prepared {
    @Override
    public void close() {
      way.close();
      server.close();
    }
  }

  private static void startStandby(Site site) throws InterruptedException {
    site.workload().rest();
    LocalPostgres primary = site.cluster().postgres();
    TcpProxy way = TcpProxy.to("127.0.0.1", primary.port());
    primary.stop();
    LocalPostgres standby = primary.newStandby(way.port());
    site.keep(Standby.class, new Standby(standby, way));
    primary.start();
    standby.start();
    Site.await(
        "the standby follows",
        () ->
            Site.ask(
                    site.cluster().database(),
                    "SELECT state FROM pg_stat_replication WHERE replay_lsn = sent_lsn")
                .equals("streaming"));
    site.workload().resume();
    site.awaitFresh("after Postgres was restarted to copy it");
  }

  private static Standby lagging(Site site) throws InterruptedException {
    Standby standby = site.take(Standby.class);
    standby.way.goSilent();
    TimeUnit.MILLISECONDS.sleep(LAG_MS);
    site.commitsMayBeLost();
    return standby;
  }

  private static void promote(Site site, Standby standby) {
    String timelineBefore = timeline(standby.server);
    try (Session session = Session.open(Cluster.databaseOn(standby.server))) {
      String reply = session.ask("SELECT pg_promote(true, 60)::text").orElse("");
      require(reply.equals("true"), "the standby was not promoted: " + reply);
    }
    require(!timeline(standby.server).equals(timelineBefore), "the timeline is the same");
    standby.way.close();
    site.cluster().promote(standby.server);
  }

  private static String timeline(LocalPostgres server) {
    return Site.ask(
        Cluster.databaseOn(server),
        "SELECT CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END");
  }

  private static int lost(Site site) throws InterruptedException {
    int wentBack = site.learnWhatWasLost();
    require(wentBack > 0, "no commit was lost");
    return wentBack;
  }

  private static Healing failOver(Site site) throws InterruptedException {
    Standby standby = lagging(site);
    LocalPostgres old = site.cluster().postgres();
    old.kill();
    require(!old.isRunning(), "Postgres still runs");
    return () -> {
      promote(site, standby);
      site.isBack();
      int wentBack = lost(site);
      old.close();
      return "the old primary was gone, the timeline rose; %d keys went back to an earlier version"
          .formatted(wentBack);
    };
  }

  /** Fails over while the old primary runs on; returns that. */
  private static LocalPostgres leaveBehind(Site site) throws InterruptedException {
    Standby standby = lagging(site);
    LocalPostgres old = site.cluster().postgres();
    site.workload().rest();
    promote(site, standby);
    lost(site);
    site.awaitFresh("after the failover");
    require(old.isRunning(), "the old primary has ended");
    return old;
  }

  private static Healing daemonOnOldPrimary(Site site) throws InterruptedException {
    LocalPostgres old = leaveBehind(site);
    List<TcpProxy> way = List.of(site.cluster().network().daemonToPostgres());
    Network.move(way, old.port());
    long movedMs = System.currentTimeMillis();
    Site.await("the daemon is connected to the old primary", () -> way.get(0).connections() > 0);
    return () -> {
      OptionalLong vouched = site.freshness().vouchedUntilMs();
      Network.move(way, site.cluster().postgres().port());
      site.isBack();
      old.close();
      require(
          vouched.isEmpty() || vouched.getAsLong() <= movedMs,
          "the daemon vouches for what it read from the old primary");
      return "the daemon was connected to the lower timeline and vouched for nothing";
    };
  }

  private static Healing loaderOnOldPrimary(Site site) throws InterruptedException {
    LocalPostgres old = leaveBehind(site);
    List<TcpProxy> ways = site.cluster().network().loadersToPostgres();
    List<TcpProxy> way = List.of(ways.get(ways.size() - 1));
    List<Reader> readers = site.workload().readersOf(ways.size() - 1, ways.size());
    readers.forEach(reader -> reader.trustPostgres(false));
    long refusedBefore = site.loadCounts().refusedForAnotherGeneration();
    Network.move(way, old.port());
    return () -> {
      long refused = site.loadCounts().refusedForAnotherGeneration() - refusedBefore;
      Network.move(way, site.cluster().postgres().port());
      old.close();
      TimeUnit.MILLISECONDS.sleep(LAST_ANSWERS_MS);
      readers.forEach(reader -> reader.trustPostgres(true));
      require(refused > 0, "the loader read nothing from the old primary");
      return "%d fills with values of the old primary were refused".formatted(refused);
    };
  }
}
