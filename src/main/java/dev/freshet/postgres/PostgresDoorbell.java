package dev.freshet.postgres;

import com.impossibl.postgres.api.jdbc.PGConnection;
import com.impossibl.postgres.api.jdbc.PGNotificationListener;
import dev.freshet.eviction.Doorbell;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The doorbell as LISTEN and advisory locks, on a session of its own.
 *
 * <p>The driver's callback runs on its I/O thread and only signals. The driver does not always tell
 * that a connection has died, so {@link #check} asks. All methods but {@link #awaitRing}, {@link
 * #interrupt} and the callback belong to the loop's thread.
 */
public final class PostgresDoorbell implements Doorbell {
  private static final Logger log = LoggerFactory.getLogger("freshet.doorbell");

  /** The channel that wakes the daemon. */
  public static final String CHANNEL = "freshet";

  /** The first half of the keys of Freshet's advisory locks: "frsh" in ASCII. */
  public static final int LOCK_CLASS = 0x66727368;

  /** By which others know a daemon's session. */
  static final String APPLICATION_NAME = "freshet doorbell";

  /** The second half of the sleep lock's key. */
  public static final int SLEEP_LOCK = 0;

  /**
   * The second half of the key of the lock whose shared side is held by transactions that wrote
   * nothing to the change log because it was full.
   */
  static final int OVERFLOW_LOCK = 1;

  private static final Duration CHECK_TIMEOUT = Duration.ofSeconds(3);

  private final PostgresDatabase database;
  private final Semaphore rings = new Semaphore(0);

  /** Held in a field: a connection that nothing references stops notifying after a collection. */
  private @Nullable Connection session;

  private Ears ears = new Ears();
  private boolean isAsleep;

  public PostgresDoorbell(PostgresDatabase database) {
    this.database = database;
  }

  /** What one session's callbacks do, on the driver's thread: signal. */
  private final class Ears implements PGNotificationListener {
    private volatile boolean isDeaf;

    @Override
    public void notification(int processId, String channel, String payload) {
      rings.release();
    }

    @Override
    public void closed() {
      isDeaf = true;
      rings.release();
    }
  }

  @Override
  public void open() {
    close();
    ears = new Ears();
    Connection opened = null;
    try {
      opened = database.newSession();
      opened.unwrap(PGConnection.class).addNotificationListener("freshet-doorbell", CHANNEL, ears);
      try (Statement statement = opened.createStatement()) {
        statement.execute(
            """
            SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;
            SET tcp_user_timeout = 10000; SET application_name = '%s';
            LISTEN %s
            """
                .formatted(APPLICATION_NAME, CHANNEL));
      }
      session = opened;
      rings.release(); // what was committed before this LISTEN rang nobody: look
    } catch (SQLException e) {
      closeQuietly(opened);
      throw PostgresErrors.unavailable("listening on " + database.address(), e);
    }
  }

  @Override
  public boolean isOpen() {
    return session != null && !ears.isDeaf;
  }

  @Override
  public boolean tryToLead(String chain) {
    return ask(
        "asking for the lead",
        "SELECT pg_try_advisory_lock(?, ?)",
        statement -> {
          statement.setInt(1, LOCK_CLASS);
          // 2 … 2^31-1, so that no chain's lock is one of the others
          statement.setInt(2, 2 + Math.floorMod(chain.hashCode(), Integer.MAX_VALUE - 1));
        });
  }

  @Override
  public boolean tryToSleep() {
    isAsleep =
        ask("falling asleep", "SELECT pg_try_advisory_lock(?, ?)", PostgresDoorbell::bindSleepLock);
    return isAsleep;
  }

  @Override
  public void wakeUp() {
    if (isAsleep) {
      isAsleep = false;
      ask("waking up", "SELECT pg_advisory_unlock(?, ?)", PostgresDoorbell::bindSleepLock);
    }
  }

  @Override
  public boolean awaitRing(Duration timeout) throws InterruptedException {
    boolean rang = rings.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS);
    if (rang) {
      rings.drainPermits(); // one look answers them all; a ring that comes after a wait must stay
    }
    return rang;
  }

  @Override
  public void interrupt() {
    rings.release();
  }

  @Override
  public void check() {
    ask("a sign of life", "SELECT true", statement -> {});
  }

  private static void bindSleepLock(PreparedStatement statement) throws SQLException {
    statement.setInt(1, LOCK_CLASS);
    statement.setInt(2, SLEEP_LOCK);
  }

  private interface Binder {
    void bind(PreparedStatement statement) throws SQLException;
  }

  private boolean ask(String doing, String sql, Binder binder) {
    Connection open = session;
    try {
      if (open == null) {
        throw new SQLException("the session is not open", "08003");
      }
      try (PreparedStatement statement = open.prepareStatement(sql)) {
        statement.setQueryTimeout((int) CHECK_TIMEOUT.toSeconds());
        binder.bind(statement);
        try (ResultSet result = statement.executeQuery()) {
          result.next();
          return result.getBoolean(1);
        }
      }
    } catch (SQLException e) {
      close();
      throw PostgresErrors.unavailable(doing + " on the doorbell's session", e);
    }
  }

  @Override
  public void close() {
    Connection open = session;
    session = null;
    isAsleep = false;
    closeQuietly(open);
  }

  private static void closeQuietly(@Nullable Connection connection) {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException e) {
        log.debug("closing a broken session: {}", e.getMessage());
      }
    }
  }
}
