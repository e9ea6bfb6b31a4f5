package dev.freshet.cli.consistency;

import dev.freshet.cli.bench.BenchFailedException;
import dev.freshet.cli.bench.DaemonProcess;
import dev.freshet.cli.servers.Signals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code freshet run} of this very program, in a JVM of its own. If it ends by itself, because a
 * server is away while it starts, it is started again, as a service manager does.
 */
final class DaemonJvm implements DaemonUnderTest {
  private static final String NAME = "the daemon";
  private static final String HEAP = "128m";
  private static final Logger LOG = LoggerFactory.getLogger("freshet.consistency");
  private static final long RESTART_AFTER_MS = 200;
  private static final long END_SECONDS_MAX = 20;

  private final String configuration;
  private final String password;
  private final Thread supervisor = new Thread(this::supervise, "freshet-consistency-supervisor");
  private @Nullable Path classes;
  private @Nullable DaemonProcess process;
  private boolean isOver;

  /**
   * @param configuration without the section {@code http}; {@code ${PASSWORD}} is the password
   */
  DaemonJvm(String configuration, String password) {
    this.configuration = configuration;
    this.password = password;
    supervisor.setDaemon(true);
    supervisor.start();
  }

  @Override
  public synchronized void start() throws InterruptedException {
    if (classes == null) {
      classes = archivedClasses();
    }
    process = DaemonProcess.start(configuration, password, HEAP, classes);
  }

  /** As the service does it once, before its first start. */
  private Path archivedClasses() throws InterruptedException {
    try {
      Path archive = Files.createTempDirectory("freshet-classes-").resolve("freshet.jsa");
      DaemonProcess.archiveClasses(configuration, password, HEAP, archive);
      return archive;
    } catch (IOException e) {
      throw new UncheckedIOException("the daemon's classes cannot be archived", e);
    }
  }

  private void supervise() {
    try {
      while (startAgainIfEnded()) {
        TimeUnit.MILLISECONDS.sleep(RESTART_AFTER_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean startAgainIfEnded() throws InterruptedException {
    DaemonProcess started = process;
    if (!isOver && started != null && !started.handle().isAlive()) {
      LOG.debug("the daemon ended by itself");
      started.close();
      start();
    }
    return !isOver;
  }

  private synchronized DaemonProcess running() {
    DaemonProcess started = process;
    if (started == null) {
      throw new IllegalStateException("the daemon does not run");
    }
    return started;
  }

  @Override
  public void kill() throws InterruptedException {
    signalAndWait("KILL");
  }

  @Override
  public void terminate() throws InterruptedException {
    signalAndWait("TERM");
  }

  private synchronized void signalAndWait(String signal) throws InterruptedException {
    DaemonProcess ended = running();
    Signals.send(NAME, signal, List.of(ended.handle()));
    try {
      ProcessHandle unused = ended.handle().onExit().get(END_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new BenchFailedException("the daemon did not obey SIG" + signal, e);
    }
    process = null;
    ended.close();
  }

  @Override
  public void pause() {
    Signals.send(NAME, "STOP", List.of(running().handle()));
  }

  @Override
  public void resume() {
    Signals.send(NAME, "CONT", List.of(running().handle()));
  }

  @Override
  public boolean isPaused() {
    return Signals.isStopped(running().handle());
  }

  @Override
  public synchronized boolean isRunning() {
    DaemonProcess started = process;
    return started != null && started.handle().isAlive();
  }

  @Override
  public synchronized void close() {
    isOver = true;
    DaemonProcess ended = process;
    process = null;
    if (ended != null) {
      Signals.send(NAME, "CONT", List.of(ended.handle()));
      ended.close();
    }
    if (classes != null) {
      removeArchive(classes);
    }
  }

  private static void removeArchive(Path archive) {
    try {
      Files.deleteIfExists(archive);
      Files.deleteIfExists(archive.getParent());
    } catch (IOException e) {
      throw new UncheckedIOException("the archive of classes cannot be removed", e);
    }
  }
}
