package dev.freshet.eviction;

import java.time.Duration;

/**
 * Wakes the daemon, on a session of its own. It carries no keys.
 *
 * <p>No wake-up is lost: a writer that found the daemon awake holds the shared side of the sleep
 * lock until its commit is visible, so the daemon cannot fall asleep before; a writer that found it
 * asleep rings.
 *
 * <p>All methods but {@link #awaitRing}, {@link #interrupt} and {@link #close} throw {@link
 * dev.freshet.lifecycle.ServerUnavailableException} if the session is broken; {@link #open} makes a
 * new one.
 */
public interface Doorbell extends AutoCloseable {
  /** Ends the session if there is one, begins a new one, and listens on it. */
  void open();

  /** Whether a session is open and has not been found broken. */
  boolean isOpen();

  /** Tries to become the one active daemon of a chain, until the session ends. */
  boolean tryToLead(String chain);

  /**
   * Tries to fall asleep: from then on, writers ring.
   *
   * @return false if a writer is in flight, whose commit may not be visible yet
   */
  boolean tryToSleep();

  /** Wakes up: from then on, writers do not ring. Does nothing if awake. */
  void wakeUp();

  /**
   * Waits for a ring.
   *
   * @return whether one came since the last call that returned true
   */
  boolean awaitRing(Duration timeout) throws InterruptedException;

  /** Makes a waiting {@link #awaitRing} return, as a ring would. */
  void interrupt();

  /** Asks the server for a sign of life on this session. */
  void check();

  @Override
  void close();
}
