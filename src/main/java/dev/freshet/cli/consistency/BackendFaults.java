package dev.freshet.cli.consistency;

import dev.freshet.cli.consistency.Fault.Clock;
import dev.freshet.cli.consistency.Fault.Healing;
import dev.freshet.cli.consistency.Fault.Target;
import dev.freshet.cli.servers.LocalPostgres;
import dev.freshet.cli.servers.Signals;
import java.time.Duration;
import java.util.List;

/** What can happen to the one process of Postgres that serves one session. */
final class BackendFaults {
  private static final Duration BACK_AFTER = Duration.ofSeconds(10);
  private static final String WHOSE = "a backend of Postgres";

  /** The session that listens. */
  private static final String DOORBELL =
      "SELECT pid::text FROM pg_stat_activity WHERE application_name = 'freshet doorbell' ORDER BY backend_start DESC LIMIT 1";

  /** A session that loads or reads the change log. */
  private static final String POOLED =
      "SELECT pid::text FROM pg_stat_activity WHERE application_name = 'freshet' AND datname = current_database() AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1";

  /** A session in which a transaction is open. */
  private static final String WRITING =
      "SELECT pid::text FROM pg_stat_activity WHERE state = 'idle in transaction' ORDER BY random() LIMIT 1";

  private BackendFaults() {}

  static List<Fault> all() {
    return List.of(
        Fault.healed(
                "doorbell-killed",
                "SIGKILL to the backend of the session that listens; Postgres recovers from a crash, asynchronous commits are lost",
                Target.POSTGRES,
                BackendFaults::kill)
            .within(BACK_AFTER),
        ended("doorbell-terminated", "the session that listens", DOORBELL),
        ended("backend-terminated", "a pooled session of the daemon or a loader", POOLED),
        ended("writer-terminated", "a writer's session within a transaction", WRITING),
        stopped("doorbell-stopped", "the session that listens", DOORBELL),
        stopped("backend-stopped", "a pooled session of the daemon or a loader", POOLED));
  }

  private static Fault ended(String name, String whose, String sql) {
    return Fault.healed(
            name,
            "SIGTERM to the backend of " + whose,
            Target.POSTGRES,
            site -> {
              ProcessHandle backend = backend(site, sql);
              Signals.send(WHOSE, "TERM", List.of(backend));
              Site.await("the backend is gone", () -> !backend.isAlive());
              return () -> "backend %d was gone".formatted(backend.pid());
            })
        .counted(Clock.UNAIDED)
        .within(BACK_AFTER);
  }

  private static Fault stopped(String name, String whose, String sql) {
    return Fault.healed(
            name,
            "SIGSTOP to the backend of %s; SIGCONT when Freshet works again".formatted(whose),
            Target.POSTGRES,
            site -> {
              ProcessHandle backend = backend(site, sql);
              Signals.send(WHOSE, "STOP", List.of(backend));
              Site.await("the backend is stopped", () -> Signals.isStopped(backend));
              return () -> {
                Signals.send(WHOSE, "CONT", List.of(backend));
                return "backend %d was in state T".formatted(backend.pid());
              };
            })
        .counted(Clock.UNAIDED)
        .within(BACK_AFTER);
  }

  private static Healing kill(Site site) throws InterruptedException {
    ProcessHandle backend = backend(site, DOORBELL);
    site.commitsMayBeLost();
    Signals.send(WHOSE, "KILL", List.of(backend));
    Site.await("the backend is gone", () -> !backend.isAlive());
    return () -> {
      Site.await("Postgres has recovered", () -> isBack(site));
      site.isBack();
      return "backend %d was gone; %d keys went back to an earlier version"
          .formatted(backend.pid(), site.learnWhatWasLost());
    };
  }

  private static boolean isBack(Site site) {
    try {
      return Site.ask(site.cluster().database(), "SELECT 'yes'").equals("yes");
    } catch (dev.freshet.lifecycle.ServerUnavailableException e) {
      return false; // it recovers
    }
  }

  /** Waits for a session of a kind, and returns the process that serves it. */
  private static ProcessHandle backend(Site site, String sql) throws InterruptedException {
    LocalPostgres server = site.cluster().postgres();
    ProcessHandle[] found = new ProcessHandle[1];
    Site.await(
        "a session of that kind",
        () -> {
          String pid = Site.ask(site.cluster().database(), sql);
          if (pid.isEmpty()) {
            return false;
          }
          found[0] = server.backend(Long.parseLong(pid)).orElse(null);
          return found[0] != null;
        });
    return found[0];
  }
}
