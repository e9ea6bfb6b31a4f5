package dev.freshet.cli.consistency;

import static dev.freshet.cli.consistency.Fault.require;

import dev.freshet.cli.consistency.Fault.Healing;
import dev.freshet.cli.consistency.Fault.Target;
import dev.freshet.cli.servers.LocalPostgres;
import dev.freshet.cli.servers.Signals;
import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.postgres.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What can happen to Postgres as a whole. */
final class PostgresFaults {
  private static final Duration BACK_AFTER = Duration.ofSeconds(10);

  /** No server here takes as many. */
  private static final int SESSIONS_MAX = 1_000;

  private PostgresFaults() {}

  static List<Fault> all() {
    return List.of(
        Fault.healed(
                "postgres-killed",
                "SIGKILL to Postgres and all its processes; asynchronous commits are lost; started again",
                Target.POSTGRES,
                site -> {
                  site.commitsMayBeLost();
                  site.cluster().postgres().kill();
                  require(!site.cluster().postgres().isRunning(), "Postgres still runs");
                  return startAgain(site, "all processes were gone");
                })
            .within(BACK_AFTER),
        Fault.healed(
                "postgres-restarted",
                "Postgres is stopped cleanly (SIGINT), and started again",
                Target.POSTGRES,
                site -> {
                  site.cluster().postgres().stop();
                  require(!site.cluster().postgres().isRunning(), "Postgres still runs");
                  return () -> {
                    site.cluster().postgres().start();
                    return "the process was gone";
                  };
                })
            .within(BACK_AFTER),
        Fault.healed(
                "postgres-terminated",
                "SIGTERM to Postgres: it takes no new sessions; later SIGINT, and started again",
                Target.POSTGRES,
                PostgresFaults::terminate)
            .within(BACK_AFTER),
        Fault.healed(
                "postgres-stopped",
                "SIGSTOP to Postgres and all its processes, later SIGCONT",
                Target.POSTGRES,
                PostgresFaults::pause)
            .within(BACK_AFTER),
        Fault.healed(
                "postgres-full",
                "all connections are taken, and those of Freshet cut",
                Target.POSTGRES,
                PostgresFaults::fill)
            .within(BACK_AFTER));
  }

  private static Healing startAgain(Site site, String evidence) {
    return () -> {
      site.cluster().postgres().start();
      site.isBack();
      int wentBack = site.learnWhatWasLost();
      return "%s; %d keys went back to an earlier version".formatted(evidence, wentBack);
    };
  }

  private static Healing terminate(Site site) throws InterruptedException {
    LocalPostgres server = site.cluster().postgres();
    server.terminate();
    Site.await("Postgres refuses sessions", () -> complaintOf(site).contains("57P03"));
    return () -> {
      if (server.isRunning()) {
        server.stop();
      }
      server.start();
      return "a new session was refused with 57P03";
    };
  }

  private static Healing pause(Site site) throws InterruptedException {
    LocalPostgres server = site.cluster().postgres();
    server.pause();
    Site.await("Postgres is stopped", () -> server.handle().filter(Signals::isStopped).isPresent());
    return () -> {
      server.resume();
      return "the process was in state T";
    };
  }

  /** Why no session can be opened; empty if one can. */
  private static String complaintOf(Site site) {
    try (Session session = Session.open(site.cluster().database())) {
      session.run("SELECT 1");
      return "";
    } catch (ServerUnavailableException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static Healing fill(Site site) throws InterruptedException {
    List<Session> sessions = new ArrayList<>();
    String first = fill(site, sessions);
    require(first.contains("53300"), "the last session failed otherwise: " + first);
    site.cluster().network().toPostgres().forEach(proxy -> proxy.cut());
    String second = fill(site, sessions);
    require(second.contains("53300"), "the last session failed otherwise: " + second);
    return () -> {
      sessions.forEach(Session::close);
      return "%d sessions were taken, the next was refused with 53300".formatted(sessions.size());
    };
  }

  /** Opens sessions until one is refused; returns why. */
  private static String fill(Site site, List<Session> sessions) {
    while (sessions.size() < SESSIONS_MAX) {
      try {
        sessions.add(Session.open(site.cluster().database()));
      } catch (ServerUnavailableException e) {
        return String.valueOf(e.getMessage());
      }
    }
    return "";
  }
}
