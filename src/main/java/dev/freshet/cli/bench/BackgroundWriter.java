package dev.freshet.cli.bench;

import dev.freshet.postgres.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A few threads that update single rows at a steady rate, on each side's table in turn, rows that
 * are not measured. They make up for a short delay, but not for a long one.
 */
final class BackgroundWriter implements AutoCloseable {
  /** One alone waits for the disk too long to keep a rate of a thousand a second. */
  private static final int THREADS = 4;

  private static final long DELAY_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);

  private final List<Side> sides;
  private final long periodNanos;
  private final List<Thread> threads;
  private final LongAdder updates = new LongAdder();
  private volatile boolean isStopping;
  private volatile @Nullable RuntimeException failure;

  /**
   * @param tps how many updates a second, on all sides together; 0 for none
   */
  BackgroundWriter(List<Side> sides, int tps) {
    this.sides = sides;
    this.periodNanos = tps == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) * THREADS / tps;
    this.threads =
        IntStream.range(0, tps == 0 ? 0 : THREADS)
            .mapToObj(i -> new Thread(() -> run(i), "freshet-bench-background-" + i))
            .toList();
  }

  void start() {
    threads.forEach(Thread::start);
  }

  private void run(int thread) {
    List<Session> writers = new ArrayList<>();
    try {
      sides.forEach(side -> writers.add(side.newWriter()));
      long due = System.nanoTime() + periodNanos * thread / THREADS;
      for (long i = thread; !isStopping; i += THREADS) {
        LockSupport.parkNanos(due - System.nanoTime());
        int turn = (int) (i / THREADS % sides.size());
        List<String> rows = sides.get(turn).table().background();
        ImageTable.update(writers.get(turn), rows.get((int) (i % rows.size())), i);
        updates.increment();
        due = Math.max(due + periodNanos, System.nanoTime() - DELAY_NANOS_MAX);
      }
    } catch (RuntimeException e) {
      failure = e;
    } finally {
      writers.forEach(Session::close);
    }
  }

  /** How many updates there have been. */
  long updates() {
    return updates.sum();
  }

  /**
   * Says so if a thread has ended.
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
    threads.forEach(LockSupport::unpark);
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
