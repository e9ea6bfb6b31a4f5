package dev.freshet.cli.consistency;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Which transaction may change a key now. A lock is not its thread's: whoever learns a
 * transaction's outcome gives its keys back.
 */
final class KeyLocks {
  private final List<Semaphore> locks = new ArrayList<>();

  /** Locks for keys from 1 on. */
  KeyLocks(int keyCount) {
    for (int key = 0; key <= keyCount; key++) {
      locks.add(new Semaphore(1));
    }
  }

  boolean tryLock(int key) {
    return locks.get(key).tryAcquire();
  }

  /** Locks all keys, or none if that takes too long. */
  boolean tryLockAll(long waitMs) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
    List<Integer> locked = new ArrayList<>();
    for (int key = 1; key < locks.size(); key++) {
      if (!locks.get(key).tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        unlock(locked);
        return false;
      }
      locked.add(key);
    }
    return true;
  }

  void unlock(Collection<Integer> keys) {
    keys.forEach(key -> locks.get(key).release());
  }
}
