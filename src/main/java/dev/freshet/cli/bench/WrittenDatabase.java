package dev.freshet.cli.bench;

import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import java.util.Locale;
import java.util.OptionalLong;

/** One side's own copy of the rows, and what follows their changes. */
final class WrittenDatabase implements AutoCloseable {
  private final WriterSide side;
  private final String name;
  private final PostgresDatabase database;
  private final WriterRows rows;
  private final Session session;
  private Follower follower = Follower.NONE;

  private WrittenDatabase(
      WriterSide side, String name, PostgresDatabase database, WriterRows rows) {
    this.side = side;
    this.name = name;
    this.database = database;
    this.rows = rows;
    this.session = Session.openUnhurried(database);
  }

  /** Copies the rows, and begins to follow their changes in the side's way. */
  static WrittenDatabase open(BenchServers servers, WriterSide side, WriterRows rows)
      throws InterruptedException {
    String name = side.name().toLowerCase(Locale.ROOT);
    WrittenDatabase opened =
        new WrittenDatabase(side, name, servers.newDatabase(name, rows.databaseName()), rows);
    try {
      opened.follower =
          switch (side) {
            case NONE -> Follower.NONE;
            case INSERT_ONLY -> InsertOnlyFollower.start(opened.session);
            case NAIVE -> NaiveFollower.start(servers, opened.database, opened.session);
            case FRESHET_AWAKE, FRESHET_ASLEEP, LOG_NOTIFY ->
                FreshetFollower.start(servers, side, opened.database, name, opened.session);
          };
      return opened;
    } catch (RuntimeException | InterruptedException e) {
      opened.close();
      throw e;
    }
  }

  WriterSide side() {
    return side;
  }

  /** A session for questions. */
  Session session() {
    return session;
  }

  /**
   * One run.
   *
   * @param load what was done
   * @param rings how often writers rang, if that is counted
   */
  record Run(LoadGenerator.Load load, OptionalLong rings) {}

  /**
   * Brings the table and the WAL into the state in which every run begins, lets the generator
   * write, and waits until the follower is through.
   *
   * @throws BenchFailedException if not every transaction was really one change
   */
  Run run(LoadGenerator generator, WriterCase writerCase, int seconds, int seed)
      throws InterruptedException {
    session.run("VACUUM ANALYZE " + WriterRows.TABLE);
    follower.startCounting();
    long updatesBefore = updates();
    session.run("CHECKPOINT");
    LoadGenerator.Load load =
        generator.run(
            new LoadGenerator.Order(database, name, writerCase, rows.rows(), seconds, seed));
    long updates = updates() - updatesBefore;
    if (load.transactions() == 0 || updates != load.transactions()) {
      throw new BenchFailedException(
          "%s, %s: %d transactions, but %d updates"
              .formatted(side, writerCase, load.transactions(), updates));
    }
    return new Run(load, follower.awaitAll(load.transactions()));
  }

  private long updates() {
    return Long.parseLong(
        session.ask("SELECT sum(revision)::text FROM " + WriterRows.TABLE).orElseThrow());
  }

  @Override
  public void close() {
    follower.close();
    session.close();
  }
}
