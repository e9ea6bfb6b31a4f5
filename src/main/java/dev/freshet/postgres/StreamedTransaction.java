package dev.freshet.postgres;

import dev.freshet.change.Change;
import dev.freshet.change.PgSnapshot;
import dev.freshet.eviction.ChangeSource;
import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.lifecycle.ServerUnavailableException.Server;
import dev.freshet.lifecycle.Threads;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One transaction that is too large for memory, read through a cursor on a session of its own.
 *
 * <p>A thread reads the next piece while the present one is applied. At any time there are at most
 * four pieces: one being read, one waiting, one being applied, one whose last writes are still
 * unanswered. A piece is bounded by stored bytes, which the cursor tells in advance: with each row
 * come the sizes of those that follow it.
 */
final class StreamedTransaction implements ChangeSource.Batch, Iterator<List<Change>> {
  private static final ThreadFactory THREADS = Threads.named("change-log");

  /** Postgres compresses long rows, so that in memory it can be some times as much. */
  private static final int PIECE_STORED_BYTES_MAX = 1 << 17;

  /** How many rows are read at once, as far as they fit into a piece. */
  private static final int SOME = 16;

  private static final int MANY = 1_024;

  private static final String CURSOR =
      """
      DECLARE freshet_transaction NO SCROLL CURSOR FOR
      SELECT %s AS logged,
             coalesce(sum(stored) OVER (ROWS BETWEEN 1 FOLLOWING AND %s FOLLOWING), 0) AS next_some,
             coalesce(sum(stored) OVER (ROWS BETWEEN 1 FOLLOWING AND %s FOLLOWING), 0) AS next_many
        FROM (SELECT xid, watch_id, keys, at, pg_column_size(keys) AS stored
                FROM freshet.change_log WHERE xid = '%s'::xid8) AS logged
      """;

  private final ChangeSource.Reading reading;
  private final PgSnapshot position;
  private final Connection session;
  private final BlockingQueue<Piece> read = new ArrayBlockingQueue<>(1);
  private final Thread reader = THREADS.newThread(this::readAll);
  private volatile boolean isClosed;

  // Of whoever iterates.
  private @Nullable Piece next;

  // Of the reader.
  private int fetchRows = 1;

  /** Some rows; none at the end, and why if that came too early. */
  private record Piece(List<Change> changes, @Nullable Exception failure) {}

  private StreamedTransaction(
      ChangeSource.Reading reading, PgSnapshot position, Connection session) {
    this.reading = reading;
    this.position = position;
    this.session = session;
  }

  /**
   * Begins to read. The floor is read once more, since the rows are read later than {@code seen}
   * was: a slot may have been emptied in between. The cursor keeps the others as they are.
   *
   * @param seen by the statement that found the transaction
   * @param position when all of it has been applied
   */
  static StreamedTransaction open(
      PostgresDatabase database, ChangeSource.Reading seen, PgSnapshot position, long xid) {
    try {
      Connection session = database.newSession();
      ChangeSource.Reading reading;
      try {
        declare(session, xid);
        reading = seen.withFloor(PostgresChangeLog.floor(session));
      } catch (SQLException e) {
        session.close();
        throw e;
      }
      StreamedTransaction streamed = new StreamedTransaction(reading, position, session);
      streamed.reader.start();
      return streamed;
    } catch (SQLException e) {
      throw PostgresErrors.unavailable("streaming transaction " + xid, e);
    }
  }

  private static void declare(Connection session, long xid) throws SQLException {
    session.setAutoCommit(false);
    try (PreparedStatement declare =
        session.prepareStatement(CURSOR.formatted(LoggedRows.ROW, SOME, MANY, xid))) {
      declare.execute();
    }
  }

  private void readAll() {
    Piece piece;
    do {
      piece = fetch();
      try {
        read.put(piece);
      } catch (InterruptedException e) {
        return; // nobody does that; nobody would wait for more
      }
    } while (!isClosed && !piece.changes.isEmpty());
  }

  private Piece fetch() {
    List<Change> changes = new ArrayList<>(fetchRows);
    int following = 1;
    try (PreparedStatement statement =
            session.prepareStatement("FETCH %s FROM freshet_transaction".formatted(fetchRows));
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        LoggedRows.read(row.getBytes("logged"), changes);
        following = fitting(row.getLong("next_some"), row.getLong("next_many"));
      }
    } catch (SQLException | RuntimeException e) {
      return new Piece(List.of(), e);
    }
    fetchRows = following;
    return new Piece(changes, null);
  }

  private static int fitting(long someStoredBytes, long manyStoredBytes) {
    if (manyStoredBytes <= PIECE_STORED_BYTES_MAX) {
      return MANY;
    }
    return someStoredBytes <= PIECE_STORED_BYTES_MAX ? SOME : 1;
  }

  @Override
  public boolean hasNext() {
    return !peek().changes.isEmpty();
  }

  @Override
  public List<Change> next() {
    Piece piece = peek();
    if (piece.changes.isEmpty()) {
      throw new NoSuchElementException("the transaction has no more rows");
    }
    next = null;
    return piece.changes;
  }

  private Piece peek() {
    Piece piece = next;
    if (piece == null) {
      piece = take();
      next = piece;
    }
    if (piece.failure instanceof SQLException e) {
      throw PostgresErrors.unavailable("streaming a transaction", e);
    } else if (piece.failure != null) {
      throw new IllegalStateException("a transaction cannot be streamed", piece.failure);
    }
    return piece;
  }

  private Piece take() {
    try {
      Piece piece = null;
      while (piece == null) {
        boolean isAlive = reader.isAlive();
        piece = read.poll(100, TimeUnit.MILLISECONDS);
        if (piece == null && !isAlive) {
          throw new IllegalStateException("the thread that streams a transaction has died");
        }
      }
      return piece;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerUnavailableException(
          Server.POSTGRES, "streaming a transaction was interrupted", e);
    }
  }

  @Override
  public ChangeSource.Reading reading() {
    return reading;
  }

  @Override
  public PgSnapshot position() {
    return position;
  }

  @Override
  public boolean isCut() {
    return true;
  }

  @Override
  public Iterator<List<Change>> changes() {
    return this;
  }

  /** Ends the reader, which is done with its present statement before, and the session. */
  @Override
  public void close() {
    isClosed = true;
    read.clear();
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      session.close();
    } catch (SQLException e) {
      throw PostgresErrors.unavailable("ending a cursor", e);
    }
  }
}
