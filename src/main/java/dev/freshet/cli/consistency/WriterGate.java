package dev.freshet.cli.consistency;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Lets writers begin transactions, or keeps them out. */
final class WriterGate {
  private boolean isOpen;
  private boolean isOver;
  private int inside;
  private int unresolved;

  /** Writers may begin. */
  synchronized void open() {
    isOpen = true;
    notifyAll();
  }

  /** Writers may not begin any more; those inside go on. */
  synchronized void close() {
    isOpen = false;
  }

  /** No writer shall wait any more. */
  synchronized void end() {
    isOver = true;
    notifyAll();
  }

  /**
   * Waits until the gate is open, and goes in.
   *
   * @return false if there is nothing more to do
   */
  synchronized boolean enter() throws InterruptedException {
    while (!isOpen && !isOver) {
      wait();
    }
    if (!isOver) {
      inside++;
      notifyAll();
    }
    return !isOver;
  }

  /** Waits until a writer is inside. */
  synchronized void awaitInside() throws InterruptedException {
    while (inside == 0 && !isOver) {
      wait();
    }
  }

  synchronized void leave() {
    inside--;
    notifyAll();
  }

  /** The outcome of a transaction has become unknown. */
  synchronized void unknown() {
    unresolved++;
  }

  /** The outcome of a transaction was found out. */
  synchronized void resolved() {
    unresolved--;
    notifyAll();
  }

  /**
   * Waits until no writer is inside and every outcome is known.
   *
   * @throws TimeoutException if that takes too long
   */
  synchronized void awaitRest(long waitMs) throws InterruptedException, TimeoutException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
    while (inside > 0 || unresolved > 0) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        throw new TimeoutException(
            "%d transactions still run, and of %d nobody knows the outcome"
                .formatted(inside, unresolved));
      }
      wait(left);
    }
  }
}
