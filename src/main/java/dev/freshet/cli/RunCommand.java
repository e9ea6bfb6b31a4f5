package dev.freshet.cli;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.daemon.Servers;
import dev.freshet.eviction.LoopStatus;
import dev.freshet.postgres.PostgresDatabase;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet run}. */
@Command(
    name = "run",
    description =
        "Runs the daemon until SIGTERM or Ctrl-C: evicts what changes, serves reads over HTTP. A server that cannot be reached at the start is fatal (exit code 3); later outages are survived.")
final class RunCommand implements Callable<Integer> {
  private static final Set<LoopStatus.Phase> READY =
      EnumSet.of(LoopStatus.Phase.ACTIVE, LoopStatus.Phase.STANDBY);

  private static final Duration READY_MAX = Duration.ofSeconds(30);
  private static final long READY_POLL_MS = 20;

  @Mixin private ConfigOption config;

  @Option(names = "--migrate", description = "Apply pending migrations first.")
  private boolean migrateFirst;

  @Option(
      names = "--adopt",
      description = "Take over a chain in Redis that belongs to another database.")
  private boolean adopt;

  @Option(
      names = "--until-ready",
      description =
          "End as soon as the daemon leads or stands by: shows that it can start, and lets the JVM archive the classes that this takes.")
  private boolean untilReady;

  @Override
  public Integer call() throws InterruptedException {
    FreshetConfig loaded = config.load();
    if (migrateFirst) {
      try (PostgresDatabase database = Servers.postgres(loaded.postgres())) {
        database.checkReachable();
        Servers.migrator(database, loaded).migrate();
      }
    }
    Daemon daemon =
        new Daemon(loaded, new Daemon.Options(adopt, Daemon.Options.DEFAULT.pollEvery()));
    try {
      daemon.start();
    } catch (RuntimeException e) {
      daemon.close();
      throw e;
    }
    CountDownLatch isStopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  daemon.close();
                  isStopped.countDown();
                },
                "freshet-stop"));
    return untilReady ? codeOnceReady(daemon) : codeOnceStopped(isStopped);
  }

  private static int codeOnceStopped(CountDownLatch isStopped) throws InterruptedException {
    isStopped.await();
    return ExitCode.DONE;
  }

  private static int codeOnceReady(Daemon daemon) throws InterruptedException {
    long end = System.nanoTime() + READY_MAX.toNanos();
    while (!READY.contains(daemon.status().phase())) {
      if (System.nanoTime() > end) {
        System.err.printf(
            "freshet: not ready within %d s: %s%n",
            READY_MAX.toSeconds(), daemon.status().detail());
        return ExitCode.UNREACHABLE;
      }
      TimeUnit.MILLISECONDS.sleep(READY_POLL_MS);
    }
    return ExitCode.DONE;
  }
}
