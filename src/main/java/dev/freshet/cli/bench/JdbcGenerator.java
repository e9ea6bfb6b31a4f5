package dev.freshet.cli.bench;

import dev.freshet.lifecycle.Threads;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Threads of this program, one for each session; the clock starts when all are connected. */
final class JdbcGenerator implements LoadGenerator {
  private static final String UPDATE = WriterRows.updateOf("?");

  private final String driver;

  JdbcGenerator(String driver) {
    this.driver = driver;
  }

  @Override
  public Map<String, Object> description() {
    Map<String, Object> description = new LinkedHashMap<>();
    description.put("name", "jdbc");
    description.put("version", driver);
    description.put("script", UPDATE);
    return description;
  }

  @Override
  public Load run(Order order) throws InterruptedException {
    List<Session> sessions = new ArrayList<>();
    ExecutorService threads =
        Executors.newFixedThreadPool(order.writerCase().writers(), Threads.named("bench-writer"));
    try {
      for (int i = 0; i < order.writerCase().writers(); i++) {
        sessions.add(open(order.database(), order.writerCase().synchronousCommit()));
      }
      return run(order, sessions, threads);
    } finally {
      threads.shutdown();
      sessions.forEach(Session::close);
    }
  }

  private static Session open(PostgresDatabase database, SynchronousCommit synchronousCommit) {
    Session session = Session.openUnhurried(database);
    session.run("SET synchronous_commit = " + synchronousCommit);
    return session;
  }

  private static Load run(Order order, List<Session> sessions, ExecutorService threads)
      throws InterruptedException {
    SplittableRandom random = new SplittableRandom(order.seed());
    List<Callable<Long>> writers = new ArrayList<>();
    long began = System.nanoTime();
    long end = began + TimeUnit.SECONDS.toNanos(order.seconds());
    for (Session session : sessions) {
      SplittableRandom own = random.split();
      writers.add(() -> write(session, own, order.rows(), end));
    }
    long transactions = 0;
    for (Future<Long> writer : threads.invokeAll(writers)) {
      try {
        transactions += writer.get();
      } catch (ExecutionException e) {
        throw new BenchFailedException(
            "a writer on %s failed, %s".formatted(order.databaseName(), order.writerCase()),
            e.getCause());
      }
    }
    return new Load(transactions, transactions / ((System.nanoTime() - began) / 1e9));
  }

  private static long write(Session session, SplittableRandom random, int rows, long end) {
    long transactions = 0;
    while (System.nanoTime() < end) {
      long id = random.nextInt(rows) + 1L;
      int updated = session.update(UPDATE, id);
      if (updated != 1) {
        throw new IllegalStateException("the update of row %d met %d rows".formatted(id, updated));
      }
      transactions++;
    }
    return transactions;
  }
}
