package dev.freshet.cli.bench;

import dev.freshet.postgres.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One thread that updates single rows at a steady rate, on each side's table in turn, rows that are
 * not measured. It makes up for a short delay, but not for a long one.
 */
final class BackgroundWriter implements AutoCloseable {
  private static final long DELAY_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);

  private final List<Side> sides;
  private final long periodNanos;
  private final Thread thread = new Thread(this::run, "freshet-bench-background");
  private volatile boolean isStopping;
  private volatile long updates;
  private volatile @Nullable RuntimeException failure;

  /**
   * @param tps how many updates a second, on all sides together; 0 for none
   */
  BackgroundWriter(List<Side> sides, int tps) {
    this.sides = sides;
    this.periodNanos = tps == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / tps;
  }

  void start() {
    if (periodNanos > 0) {
      thread.start();
    }
  }

  private void run() {
    List<Session> writers = new ArrayList<>();
    try {
      sides.forEach(side -> writers.add(side.newWriter()));
      long due = System.nanoTime();
      for (long i = 0; !isStopping; i++) {
        int turn = (int) (i % sides.size());
        List<String> rows = sides.get(turn).table().background();
        ImageTable.update(writers.get(turn), rows.get((int) (i / sides.size() % rows.size())), i);
        updates = i + 1;
        due = Math.max(due + periodNanos, System.nanoTime() - DELAY_NANOS_MAX);
        LockSupport.parkNanos(due - System.nanoTime());
      }
    } catch (RuntimeException e) {
      failure = e;
    } finally {
      writers.forEach(Session::close);
    }
  }

  /** How many updates there have been. */
  long updates() {
    return updates;
  }

  /**
   * Says so if the thread has ended.
   *
   * @throws IllegalStateException with the reason
   */
  void check() {
    RuntimeException known = failure;
    if (known != null) {
      throw new IllegalStateException("the background writes failed", known);
    }
  }

  @Override
  public void close() {
    isStopping = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
