package dev.freshet.cli.consistency;

import dev.freshet.cli.consistency.Violation.Kind;
import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One thread that changes rows, at random by its seed, until it is told to end. */
final class Writer implements Runnable {
  private static final int ROWS_MAX = 20;
  private static final int NEW_ROWS_MAX = 100;
  private static final int DRAWS_MAX = 200;
  private static final int HOT_OUT_OF_100 = 15;
  private static final int LONG_MS_MAX = 2_500;
  private static final long ALL_KEYS_WAIT_MS = 5_000;
  private static final long AFTER_FAILURE_MS = 20;

  private static final String UPDATE = "UPDATE public.items SET version = ? WHERE id = ANY(?)";

  private final Workload.Shape shape;
  private final Random random;
  private final boolean isAsynchronous;
  private final Supplier<PostgresDatabase.Settings> database;
  private final Books books;
  private final Oracle oracle;
  private final KeyLocks locks;
  private final Map<WriteKind, Long> done = new EnumMap<>(WriteKind.class);
  private long failed;
  private @Nullable Session session;
  private PostgresDatabase.@Nullable Settings sessionWith;

  /** What all writers share. */
  record Books(
      Oracle oracle, Outcomes outcomes, KeyLocks locks, WriterGate gate, Violations violations) {}

  /**
   * @param isAsynchronous whether its commits do not wait for the disk, and can be lost
   */
  Writer(
      Workload.Shape shape,
      Random random,
      boolean isAsynchronous,
      Supplier<PostgresDatabase.Settings> database,
      Books books) {
    this.shape = shape;
    this.random = random;
    this.isAsynchronous = isAsynchronous;
    this.database = database;
    this.books = books;
    this.oracle = books.oracle();
    this.locks = books.locks();
  }

  @Override
  public void run() {
    long periodNanos = TimeUnit.SECONDS.toNanos(shape.writers()) / shape.writesPerSecond();
    long due = System.nanoTime();
    try {
      while (books.gate().enter()) {
        try {
          write(WriteKind.next(random, shape.kinds()));
        } catch (ServerUnavailableException e) {
          failed++;
          reconnect();
        } finally {
          books.gate().leave();
        }
        due = Math.max(due + periodNanos, System.nanoTime() - periodNanos);
        LockSupport.parkNanos(due - System.nanoTime());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      books.violations().add(Kind.BROKEN, "a writer ended: " + e);
    } finally {
      closeSession();
    }
  }

  private void reconnect() throws InterruptedException {
    closeSession();
    TimeUnit.MILLISECONDS.sleep(AFTER_FAILURE_MS);
  }

  private void closeSession() {
    Session open = session;
    session = null;
    if (open != null) {
      try {
        open.close();
      } catch (ServerUnavailableException e) {
        return; // it was broken: that is why it is closed
      }
    }
  }

  /** A session with the primary of now: an old one may still take commits. */
  private Session session() {
    PostgresDatabase.Settings primary = database.get();
    if (!primary.equals(sessionWith)) {
      closeSession();
    }
    Session open = session;
    if (open == null) {
      open = Session.open(primary);
      session = open;
      sessionWith = primary;
      open.run("SET synchronous_commit = " + (isAsynchronous ? "off" : "on"));
    }
    return open;
  }

  private void write(WriteKind kind) throws InterruptedException {
    Session open = session();
    boolean isDone =
        switch (kind) {
          case SINGLE -> single(open);
          case MULTI -> multi(open, 0);
          case LONG -> multi(open, 1 + random.nextInt(LONG_MS_MAX));
          case ROLLBACK -> rollback(open);
          case SAVEPOINT -> savepoint(open);
          case DELETE -> delete(open);
          case INSERT -> insert(open);
          case KEY_CHANGE -> keyChange(open);
          case BULK -> bulk(open);
          case TRUNCATE -> truncate(open);
        };
    if (isDone) {
      done.merge(kind, 1L, Long::sum);
    }
  }

  private WriterTransaction transaction(Session open, List<Integer> keys) {
    return new WriterTransaction(open, books, keys);
  }

  /** Locks up to so many keys, drawn at random, that are as asked for. */
  private List<Integer> locked(int count, IntPredicate isAsked) {
    List<Integer> keys = new ArrayList<>();
    for (int i = 0; i < DRAWS_MAX && keys.size() < count; i++) {
      int key =
          shape.hotKeys() > 0 && random.nextInt(100) < HOT_OUT_OF_100
              ? 1 + random.nextInt(shape.hotKeys())
              : 1 + random.nextInt(shape.keys());
      if (locks.tryLock(key)) {
        if (isAsked.test(key)) {
          keys.add(key);
        } else {
          locks.unlock(List.of(key));
        }
      }
    }
    return keys;
  }

  private boolean isPresent(int key) {
    return oracle.current(key) != Oracle.ABSENT;
  }

  private boolean isAbsent(int key) {
    return oracle.current(key) == Oracle.ABSENT;
  }

  private static int[] ids(List<Integer> keys) {
    return keys.stream().mapToInt(Integer::intValue).toArray();
  }

  private boolean single(Session open) {
    List<Integer> keys = locked(1, this::isPresent);
    if (keys.isEmpty()) {
      return false;
    }
    WriterTransaction tx = transaction(open, keys);
    tx.changes(keys, tx.number());
    tx.runAlone(
        "WITH o AS (INSERT INTO public.outcomes (tx) VALUES (?)) UPDATE public.items SET version = ? WHERE id = ?",
        tx.number(),
        tx.number(),
        keys.get(0));
    return true;
  }

  private boolean multi(Session open, int holdMs) throws InterruptedException {
    List<Integer> keys = locked(2 + random.nextInt(ROWS_MAX - 1), this::isPresent);
    if (keys.isEmpty()) {
      return false;
    }
    WriterTransaction tx = transaction(open, keys);
    tx.changes(keys, tx.number());
    int half = random.nextBoolean() ? keys.size() : keys.size() / 2;
    tx.run(
        on -> {
          on.update(UPDATE, tx.number(), ids(keys.subList(0, half)));
          if (half < keys.size()) {
            on.update(UPDATE, tx.number(), ids(keys.subList(half, keys.size())));
          }
          TimeUnit.MILLISECONDS.sleep(holdMs);
        });
    return true;
  }

  private boolean rollback(Session open) throws InterruptedException {
    List<Integer> keys = locked(1 + random.nextInt(ROWS_MAX), this::isPresent);
    if (keys.isEmpty()) {
      return false;
    }
    WriterTransaction tx = transaction(open, keys);
    tx.runInVain(on -> on.update(UPDATE, tx.number(), ids(keys)));
    return true;
  }

  private boolean savepoint(Session open) throws InterruptedException {
    List<Integer> keys = locked(2, this::isPresent);
    if (keys.isEmpty()) {
      return false;
    }
    WriterTransaction tx = transaction(open, keys);
    long inVain = oracle.newVersion();
    List<Integer> kept = keys.subList(0, 1);
    tx.changes(kept, tx.number());
    tx.run(
        on -> {
          on.update(UPDATE, tx.number(), ids(kept));
          on.run("SAVEPOINT s");
          on.update(UPDATE, inVain, ids(keys));
          on.run("ROLLBACK TO SAVEPOINT s");
        });
    return true;
  }

  private boolean delete(Session open) throws InterruptedException {
    List<Integer> keys = locked(1 + random.nextInt(3), this::isPresent);
    if (keys.isEmpty()) {
      return false;
    }
    WriterTransaction tx = transaction(open, keys);
    tx.changes(keys, Oracle.ABSENT);
    tx.run(on -> on.update("DELETE FROM public.items WHERE id = ANY(?)", ids(keys)));
    return true;
  }

  private boolean insert(Session open) throws InterruptedException {
    List<Integer> keys = locked(NEW_ROWS_MAX, this::isAbsent);
    if (keys.isEmpty()) {
      return false;
    }
    WriterTransaction tx = transaction(open, keys);
    tx.changes(keys, tx.number());
    tx.run(
        on ->
            on.update(
                "INSERT INTO public.items SELECT i, ?::bigint FROM unnest(?::integer[]) AS i",
                tx.number(),
                ids(keys)));
    return true;
  }

  private boolean keyChange(Session open) throws InterruptedException {
    List<Integer> from = locked(1, this::isPresent);
    List<Integer> to = locked(1, this::isAbsent);
    List<Integer> keys = new ArrayList<>(from);
    keys.addAll(to);
    if (from.isEmpty() || to.isEmpty()) {
      locks.unlock(keys);
      return false;
    }
    WriterTransaction tx = transaction(open, keys);
    tx.changes(from, Oracle.ABSENT);
    tx.changes(to, tx.number());
    tx.run(
        on ->
            on.update(
                "UPDATE public.items SET id = ?, version = ? WHERE id = ?",
                to.get(0),
                tx.number(),
                from.get(0)));
    return true;
  }

  private List<Integer> all() {
    return IntStream.rangeClosed(1, shape.keys()).boxed().toList();
  }

  private boolean bulk(Session open) throws InterruptedException {
    if (!locks.tryLockAll(ALL_KEYS_WAIT_MS)) {
      return false;
    }
    WriterTransaction tx = transaction(open, all());
    tx.changes(all().stream().filter(this::isPresent).toList(), tx.number());
    tx.run(on -> on.update("UPDATE public.items SET version = ?", tx.number()));
    return true;
  }

  private boolean truncate(Session open) throws InterruptedException {
    if (!locks.tryLockAll(ALL_KEYS_WAIT_MS)) {
      return false;
    }
    WriterTransaction tx = transaction(open, all());
    boolean isFilledAgain = random.nextBoolean();
    tx.changes(all(), isFilledAgain ? tx.number() : Oracle.ABSENT);
    tx.run(
        on -> {
          on.run("TRUNCATE public.items");
          if (isFilledAgain) {
            on.update(
                "INSERT INTO public.items SELECT i, ?::bigint FROM generate_series(1, %d) AS i"
                    .formatted(shape.keys()),
                tx.number());
          }
        });
    return true;
  }

  /** How often it did what, after its end. */
  Map<WriteKind, Long> done() {
    return done;
  }

  /** How often it failed, after its end. */
  long failed() {
    return failed;
  }
}
