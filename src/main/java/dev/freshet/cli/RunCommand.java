package dev.freshet.cli;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.daemon.Servers;
import dev.freshet.postgres.PostgresDatabase;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet run}. */
@Command(
    name = "run",
    description =
        "Runs the daemon until SIGTERM or Ctrl-C: evicts what changes, serves reads over HTTP. A server that cannot be reached at the start is fatal (exit code 3); later outages are survived.")
final class RunCommand implements Callable<Integer> {
  @Mixin private ConfigOption config;

  @Option(names = "--migrate", description = "Apply pending migrations first.")
  private boolean migrateFirst;

  @Option(
      names = "--adopt",
      description = "Take over a chain in Redis that belongs to another database.")
  private boolean adopt;

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
    isStopped.await();
    return ExitCode.DONE;
  }
}
