package dev.freshet.postgres;

import dev.freshet.change.Change;
import dev.freshet.change.History;
import dev.freshet.change.PgSnapshot;
import dev.freshet.eviction.ChangeSource;
import dev.freshet.eviction.Overflow;
import dev.freshet.eviction.WatchRules;
import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.lifecycle.ServerUnavailableException.Server;
import dev.freshet.view.FeatureView;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/**
 * The change log in {@code freshet.change_log}, read by the difference of two snapshots.
 *
 * <p>A batch is bounded by rows and by stored bytes. It is cut at a transaction id: rows are taken
 * in the order of their transaction ids, and the last transaction of a cut batch, which may not be
 * complete, is left for the next one. A transaction that alone exceeds the bounds is a batch of its
 * own, streamed through a cursor. The rows of transactions that the position had in progress come
 * first, since their ids are lower than all others.
 *
 * <p>The statement's own visibility is the upper bound of a batch: what {@code
 * pg_current_snapshot()} in it calls visible are exactly the rows that it returns.
 */
public final class PostgresChangeLog implements ChangeSource {
  private static final int BATCH_ROWS_MAX = 5_000;
  private static final int BATCH_STORED_BYTES_MAX = 1 << 18;

  /** About so many come as one value. Postgres compresses long rows: it can be some times that. */
  private static final int VALUE_STORED_BYTES = 1 << 14;

  /**
   * The flag of the log's overflow is asked first and the number of the opening then: it may be a
   * later one's, never an earlier one's.
   */
  private static final String HEADER =
      """
      SELECT NULL::bytea AS logged, NULL::bigint AS bytes_through, pg_current_snapshot()::text AS snapshot,
             (SELECT position::text FROM freshet.floor) AS floor, (SELECT id FROM freshet.generation) AS generation,
             CASE WHEN pg_sequence_last_value('freshet.change_log_overflow'::regclass) IS NULL
                  THEN (SELECT last_value FROM freshet.change_log_overflow) END AS opening
      """;

  /**
   * Who finds the log full holds the shared side of the overflow lock until it has ended. Who was
   * prepared when Postgres crashed is still open in the first snapshot of the generation that came
   * afterwards, and its rows went with the log.
   */
  private static final String UNLOGGED_WRITERS_ENDED =
      """
      SELECT (pg_try_advisory_xact_lock(%s, %s)
              AND NOT EXISTS (
                SELECT FROM freshet.generation AS g
                 CROSS JOIN LATERAL pg_snapshot_xip(g.first) AS open (xid)
                  JOIN pg_prepared_xacts AS p ON p.transaction = open.xid::xid AND p.database = current_database()))::text
      """
          .formatted(PostgresDoorbell.LOCK_CLASS, PostgresDoorbell.OVERFLOW_LOCK);

  /** Parameters: xmax of the position, xip of the position. */
  private static final String READ =
      HEADER
          + """
            UNION ALL
            (SELECT string_agg(%s, ''), max(bytes_through), NULL, NULL, NULL, NULL
               FROM (SELECT xid, watch_id, keys, at, bytes,
                            sum(bytes) OVER (ORDER BY xid ROWS UNBOUNDED PRECEDING) AS bytes_through
                       FROM (SELECT xid, watch_id, keys, at, coalesce(pg_column_size(keys), 0) AS bytes
                               FROM (%s) AS visible ORDER BY xid LIMIT %s) AS sized) AS measured
              WHERE bytes_through - bytes < %s
              GROUP BY bytes_through / %s)
            """;

  /**
   * The first of the rows that began after the position. Each part of the union has an order and a
   * limit of its own, so that it is read from the index and ends early; with one around both, a
   * read far behind would sort the whole change log for each batch.
   */
  private static final String NEW_ROWS =
      """
      (SELECT xid, watch_id, keys, at FROM freshet.change_log
        WHERE xid >= ?::text::xid8 ORDER BY xid LIMIT %s)
      """
          .formatted(BATCH_ROWS_MAX);

  private static final String LATE_ROWS =
      """
      UNION ALL
      (SELECT xid, watch_id, keys, at FROM freshet.change_log
        WHERE xid = ANY(?::text[]::xid8[]) ORDER BY xid LIMIT %s)
      """
          .formatted(BATCH_ROWS_MAX);

  private static final String READ_NEW = reading(NEW_ROWS);
  private static final String READ_NEW_AND_LATE = reading(NEW_ROWS + LATE_ROWS);

  private final PostgresDatabase database;
  private final InstalledWatches installedWatches;
  private final Duration retention;
  private final RandomGenerator random;

  /**
   * @param views of the configuration
   * @param retention how old a chain's position must be before the rows it has left behind may be
   *     dropped
   * @param random makes generations; must not repeat after a restart
   */
  public PostgresChangeLog(
      PostgresDatabase database,
      List<FeatureView> views,
      Duration retention,
      RandomGenerator random) {
    this.database = database;
    this.installedWatches = new InstalledWatches(views);
    this.retention = retention;
    this.random = random;
  }

  private static String reading(String rows) {
    return READ.formatted(
        LoggedRows.ROW, rows, BATCH_ROWS_MAX, BATCH_STORED_BYTES_MAX, VALUE_STORED_BYTES);
  }

  @Override
  public History history() {
    return database.expect(
        "reading the database's identity",
        connection -> {
          try (PreparedStatement statement =
                  connection.prepareStatement(
                      """
                      SELECT pg_is_in_recovery(), current_database()::text,
                             (SELECT system_identifier::text FROM pg_control_system()),
                             CASE WHEN pg_is_in_recovery() THEN NULL
                                  ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END
                      """);
              ResultSet row = statement.executeQuery()) {
            row.next();
            if (row.getBoolean(1)) {
              throw new ServerUnavailableException(
                  Server.POSTGRES,
                  database.address() + " is a standby; Freshet works for the primary only",
                  new IllegalStateException("in recovery"));
            }
            int timeline = Integer.parseUnsignedInt(row.getString(4), 16);
            return new History(row.getString(3), row.getString(2), timeline);
          }
        });
  }

  /** Asked in a transaction that holds a lock on the change log: what is in no slot any more. */
  static PgSnapshot floor(Connection connection) throws SQLException {
    return PgSnapshot.parse(
        TextQuery.rows(connection, "SELECT position::text FROM freshet.floor").get(0).text(0));
  }

  @Override
  public Reading look() {
    return database.expect(
        "looking at the change log",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(HEADER);
              ResultSet row = statement.executeQuery()) {
            row.next();
            return reading(row);
          }
        });
  }

  private static Reading reading(ResultSet row) throws SQLException {
    long opening = row.getLong("opening");
    boolean isFull = row.wasNull();
    return new Reading(
        PgSnapshot.parse(row.getString("snapshot")),
        PgSnapshot.parse(row.getString("floor")),
        Optional.ofNullable(row.getString("generation")),
        isFull ? Overflow.IS_FULL : Overflow.openSince(opening));
  }

  @Override
  public Batch read(PgSnapshot since) {
    return database.expect("reading the change log", connection -> read(connection, since));
  }

  private Batch read(Connection connection, PgSnapshot since) throws SQLException {
    long[] late = since.xip();
    String sql = late.length == 0 ? READ_NEW : READ_NEW_AND_LATE;
    Reading reading = null;
    List<Change> changes = new ArrayList<>();
    long bytesThrough = 0;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, Long.toString(since.xmax()));
      if (late.length > 0) {
        statement.setObject(2, Arrays.stream(late).mapToObj(Long::toString).toArray(String[]::new));
      }
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          byte[] logged = row.getBytes("logged");
          if (logged == null) {
            reading = reading(row);
          } else {
            LoggedRows.read(logged, changes);
            bytesThrough = Math.max(bytesThrough, row.getLong("bytes_through"));
          }
        }
      }
    }
    if (reading == null) {
      throw new SQLException("the change log's header row is missing", "XX000");
    }
    boolean mayBeCut = changes.size() >= BATCH_ROWS_MAX || bytesThrough >= BATCH_STORED_BYTES_MAX;
    return mayBeCut ? cut(since, reading, changes) : whole(reading, changes);
  }

  private static Batch whole(Reading reading, List<Change> changes) {
    return new ReadBatch(reading, reading.snapshot(), false, changes);
  }

  /** Leaves out the last transaction, whose rows may not all be there, or streams it alone. */
  private Batch cut(PgSnapshot since, Reading reading, List<Change> changes) {
    changes.sort((a, b) -> Long.compare(a.xid(), b.xid()));
    long last = changes.get(changes.size() - 1).xid();
    List<Change> complete = changes.stream().filter(change -> change.xid() < last).toList();
    if (complete.isEmpty()) {
      PgSnapshot position =
          last < since.xmax()
              ? since.with(LongStream.of(last))
              : reading.snapshot().restrictedBelow(last + 1);
      return StreamedTransaction.open(database, reading, position, last);
    }
    PgSnapshot position =
        last < since.xmax()
            ? since.with(complete.stream().mapToLong(Change::xid))
            : reading.snapshot().restrictedBelow(last);
    return new ReadBatch(reading, position, true, complete);
  }

  /** A batch that is in memory. */
  private record ReadBatch(
      Reading reading, PgSnapshot position, boolean isCut, Iterator<List<Change>> changes)
      implements Batch {

    ReadBatch(Reading reading, PgSnapshot position, boolean isCut, List<Change> changes) {
      this(
          reading,
          position,
          isCut,
          changes.isEmpty() ? List.<List<Change>>of().iterator() : List.of(changes).iterator());
    }

    @Override
    public void close() {}
  }

  @Override
  public boolean haveUnloggedWritersEnded() {
    return database.expect(
        "asking for writers whose changes the change log lacks",
        connection -> Boolean.parseBoolean(TextQuery.ask(connection, UNLOGGED_WRITERS_ENDED)));
  }

  @Override
  public String ensureGeneration() {
    byte[] fresh = new byte[16];
    random.nextBytes(fresh);
    return database.expect(
        "giving the database a generation",
        connection -> {
          try (PreparedStatement insert =
              connection.prepareStatement(
                  "INSERT INTO freshet.generation (id) VALUES (?) ON CONFLICT DO NOTHING")) {
            insert.setString(1, HexFormat.of().formatHex(fresh));
            insert.executeUpdate();
          }
          try (PreparedStatement select =
                  connection.prepareStatement("SELECT id FROM freshet.generation");
              ResultSet row = select.executeQuery()) {
            row.next();
            return row.getString(1);
          }
        });
  }

  @Override
  public WatchRules watchRules() {
    return database.expect("reading the installed watches", installedWatches::read);
  }

  @Override
  public void keepPosition(String chain, PgSnapshot position) {
    database.expect(
        "keeping the position of chain " + chain,
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  """
                  INSERT INTO freshet.position AS p (chain, position, left_at, settling, settling_at)
                  VALUES (?, ?::text::pg_snapshot, clock_timestamp(), ?::text::pg_snapshot, clock_timestamp())
                  ON CONFLICT (chain) DO UPDATE SET
                    position = excluded.position,
                    left_at = excluded.left_at,
                    settled = CASE WHEN p.settling_at <= clock_timestamp() - ?::text::interval
                                   THEN p.settling ELSE p.settled END,
                    settling = CASE WHEN p.settling_at <= clock_timestamp() - ?::text::interval
                                    THEN excluded.position ELSE p.settling END,
                    settling_at = CASE WHEN p.settling_at <= clock_timestamp() - ?::text::interval
                                       THEN clock_timestamp() ELSE p.settling_at END
                  """)) {
            statement.setString(1, chain);
            statement.setString(2, position.toString());
            statement.setString(3, position.toString());
            for (int i = 4; i <= 6; i++) {
              statement.setString(i, retention.toMillis() + " milliseconds");
            }
            return statement.executeUpdate();
          }
        });
  }
}
