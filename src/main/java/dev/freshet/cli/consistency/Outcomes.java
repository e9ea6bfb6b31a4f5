package dev.freshet.cli.consistency;

import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Finds out what became of transactions whose COMMIT was not answered.
 *
 * <p>Every transaction inserts its number into {@code outcomes}. The resolver inserts the same
 * number: while the transaction runs, the unique index makes it wait; if it has committed, the row
 * is there; else the resolver's row is, and the transaction can never commit.
 */
final class Outcomes implements AutoCloseable {
  private static final long RETRY_MS = 50;

  /** A transaction in doubt. */
  record Doubt(long number, Oracle.Commit commit, Runnable whenKnown) {}

  private final Supplier<PostgresDatabase.Settings> database;
  private final WriterGate gate;
  private final BlockingQueue<Doubt> doubts = new LinkedBlockingQueue<>();
  private final AtomicLong found = new AtomicLong();
  private final Thread thread = new Thread(this::run, "freshet-consistency-outcomes");
  private volatile boolean isStopping;

  /**
   * @param database where the table is now
   */
  Outcomes(Supplier<PostgresDatabase.Settings> database, WriterGate gate) {
    this.database = database;
    this.gate = gate;
  }

  void start() {
    thread.start();
  }

  /** Takes over a transaction, with the locks on its keys. */
  void add(Doubt doubt) {
    gate.unknown();
    doubts.add(doubt);
  }

  /** How many transactions were in doubt. */
  long count() {
    return found.get();
  }

  private void run() {
    try {
      while (!isStopping) {
        Doubt doubt = doubts.take();
        while (!isResolved(doubt)) {
          TimeUnit.MILLISECONDS.sleep(RETRY_MS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isResolved(Doubt doubt) {
    try (Session session = Session.open(database.get())) {
      session.update(
          "INSERT INTO public.outcomes (tx, is_resolver) VALUES (?, true) ON CONFLICT DO NOTHING",
          doubt.number);
      boolean isCommitted =
          session
              .ask(
                  "SELECT 'yes' FROM public.outcomes WHERE tx = ? AND NOT is_resolver",
                  doubt.number)
              .isPresent();
      if (isCommitted) {
        doubt.commit.committed(System.nanoTime());
      } else {
        doubt.commit.aborted();
      }
    } catch (ServerUnavailableException e) {
      return false; // Postgres is away: that is why there are doubts
    }
    found.incrementAndGet();
    doubt.whenKnown.run();
    gate.resolved();
    return true;
  }

  @Override
  public void close() {
    isStopping = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
