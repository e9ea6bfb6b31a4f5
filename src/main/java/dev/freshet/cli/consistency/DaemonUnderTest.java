package dev.freshet.cli.consistency;

/** The daemon that is tested, and what can be done to it. */
interface DaemonUnderTest extends AutoCloseable {

  /** Starts it; it need not be ready. */
  void start() throws InterruptedException;

  /** Ends it at once, as {@code kill -9}; returns when it is gone. */
  void kill() throws InterruptedException;

  /** Asks it to end (SIGTERM); returns when it has. */
  void terminate() throws InterruptedException;

  /** Stops time for it (SIGSTOP). */
  void pause();

  /** Ends a pause. */
  void resume();

  /** Whether its time is stopped. */
  boolean isPaused();

  boolean isRunning();

  @Override
  void close();
}
