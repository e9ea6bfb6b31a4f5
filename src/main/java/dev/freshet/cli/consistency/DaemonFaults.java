package dev.freshet.cli.consistency;

import static dev.freshet.cli.consistency.Fault.require;

import dev.freshet.cli.consistency.Fault.Clock;
import dev.freshet.cli.consistency.Fault.Target;
import java.time.Duration;
import java.util.List;

/** What can happen to the daemon's process. */
final class DaemonFaults {
  private static final Duration BACK_AFTER = Duration.ofSeconds(5);

  private DaemonFaults() {}

  static List<Fault> all() {
    return List.of(
        Fault.healed(
                "daemon-killed",
                "SIGKILL to the daemon; it is started again at once",
                Target.DAEMON,
                site -> {
                  site.daemon().kill();
                  require(!site.daemon().isRunning(), "the daemon still runs");
                  return () -> {
                    site.daemon().start();
                    return "the process was gone";
                  };
                })
            .counted(Clock.SINCE_INJECTION)
            .within(BACK_AFTER),
        Fault.healed(
                "daemon-terminated",
                "SIGTERM to the daemon; it is started again when it has ended",
                Target.DAEMON,
                site -> {
                  site.daemon().terminate();
                  require(!site.daemon().isRunning(), "the daemon still runs");
                  return () -> {
                    site.daemon().start();
                    return "the process was gone";
                  };
                })
            .counted(Clock.SINCE_INJECTION),
        Fault.healed(
                "daemon-stopped",
                "SIGSTOP to the daemon, later SIGCONT",
                Target.DAEMON,
                site -> {
                  site.daemon().pause();
                  Site.await("the daemon is stopped", site.daemon()::isPaused);
                  return () -> {
                    require(site.daemon().isPaused(), "the daemon went on by itself");
                    site.daemon().resume();
                    return "the process was in state T";
                  };
                })
            .within(BACK_AFTER));
  }
}
