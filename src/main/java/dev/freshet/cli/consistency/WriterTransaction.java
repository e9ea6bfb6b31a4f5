package dev.freshet.cli.consistency;

import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.postgres.Session;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One transaction of a writer, with the locks on its keys, from its first statement to its outcome.
 *
 * <p>A failure before COMMIT was sent means that it did not commit; one while it was under way
 * leaves that open.
 */
final class WriterTransaction {
  private final Session session;
  private final Writer.Books books;
  private final List<Integer> keys = new ArrayList<>();
  private final Map<Integer, Long> effects = new LinkedHashMap<>();
  private final long number;

  /**
   * @param keys already locked
   */
  WriterTransaction(Session session, Writer.Books books, Collection<Integer> keys) {
    this.session = session;
    this.books = books;
    this.keys.addAll(keys);
    this.number = books.oracle().newVersion();
  }

  /** Its number: the version that it gives to rows. */
  long number() {
    return number;
  }

  /** Says which version a key has if this commits. */
  void changes(Collection<Integer> changed, long version) {
    changed.forEach(key -> effects.put(key, version));
  }

  /** Runs one statement that commits itself; its last parameter is this transaction's number. */
  void runAlone(String sql, Object... parameters) {
    Oracle.Commit commit = books.oracle().begin(effects, System.nanoTime());
    try {
      session.update(sql, parameters);
    } catch (ServerUnavailableException e) {
      books.outcomes().add(new Outcomes.Doubt(number, commit, this::unlock));
      throw e;
    }
    commit.committed(System.nanoTime());
    unlock();
  }

  /** Statements of a transaction. */
  interface Body {
    void run(Session session) throws InterruptedException;
  }

  /** Runs statements and commits them. */
  void run(Body body) throws InterruptedException {
    try {
      session.run("BEGIN");
      session.update("INSERT INTO public.outcomes (tx) VALUES (?)", number);
      body.run(session);
    } catch (ServerUnavailableException | InterruptedException e) {
      unlock();
      throw e;
    }
    Oracle.Commit commit = books.oracle().begin(effects, System.nanoTime());
    try {
      session.run("COMMIT");
    } catch (ServerUnavailableException e) {
      books.outcomes().add(new Outcomes.Doubt(number, commit, this::unlock));
      throw e;
    }
    commit.committed(System.nanoTime());
    unlock();
  }

  /** Runs statements and gives them up. */
  void runInVain(Body body) throws InterruptedException {
    try {
      session.run("BEGIN");
      body.run(session);
      session.run("ROLLBACK");
    } finally {
      unlock();
    }
  }

  private void unlock() {
    books.locks().unlock(keys);
  }
}
