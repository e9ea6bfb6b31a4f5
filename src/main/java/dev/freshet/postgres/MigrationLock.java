package dev.freshet.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock that one run of {@code migrate} holds from its plan to its end, on a session of its own.
 *
 * <p>Flyway's lock is given back after each migration, and runs of different configurations would
 * mix: the one would remove what the other is just installing.
 */
final class MigrationLock implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger("freshet.migrate");

  /** The second half of the lock's key: none of a chain's, and not the sleep lock's. */
  private static final int KEY = -1;

  private static final Duration WAIT_MAX = Duration.ofMinutes(15);
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final Connection session;

  private MigrationLock(Connection session) {
    this.session = session;
  }

  /**
   * Waits for the runs before this one, and then does this one's work.
   *
   * @throws MigrationException if they do not end
   * @throws dev.freshet.lifecycle.ServerUnavailableException if Postgres does not answer
   */
  static <T> T during(PostgresDatabase database, Supplier<T> run) {
    try (MigrationLock lock = new MigrationLock(database.newSession())) {
      lock.await();
      return run.get();
    } catch (SQLException e) {
      throw PostgresErrors.unavailable("waiting for other runs of freshet migrate", e);
    }
  }

  private void await() throws SQLException {
    long deadline = System.nanoTime() + WAIT_MAX.toNanos();
    for (boolean isFirst = true; !isAcquired(); isFirst = false) {
      if (isFirst) {
        log.info("another run is under way; waiting for its end");
      } else if (System.nanoTime() > deadline) {
        throw new MigrationException(
            List.of(
                "another run of freshet migrate has been under way for %d minutes; end it, or wait, and try again"
                    .formatted(WAIT_MAX.toMinutes())),
            null);
      }
      Migrator.sleep(PAUSE.toMillis());
    }
  }

  private boolean isAcquired() throws SQLException {
    try (PreparedStatement statement =
        session.prepareStatement("SELECT pg_try_advisory_lock(?, ?)")) {
      statement.setInt(1, PostgresDoorbell.LOCK_CLASS);
      statement.setInt(2, KEY);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  /** Ends the session, and with it the lock. */
  @Override
  public void close() {
    try {
      session.close();
    } catch (SQLException e) {
      log.debug("closing the lock's session: {}", e.getMessage());
    }
  }
}
