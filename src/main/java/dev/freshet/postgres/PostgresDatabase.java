package dev.freshet.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.freshet.lifecycle.ServerUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * One database: a small pool of sessions, and connections outside it.
 *
 * <p>Opening does not connect; {@link #checkReachable} does.
 */
public final class PostgresDatabase implements AutoCloseable {
  private static final Duration BORROW_MAX = Duration.ofSeconds(2);
  private static final Duration NETWORK_MARGIN = Duration.ofSeconds(1);
  private static final Duration SESSION_NETWORK_TIMEOUT = Duration.ofSeconds(4);

  /** Work on a connection. */
  interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  /**
   * Where a database is and how it may be used.
   *
   * @param url {@code jdbc:pgsql://host:port/database}
   * @param poolSize how many sessions the pool has at most
   * @param connectTimeout how long opening a connection may take
   * @param statementTimeout after which the server ends a statement of the pool's sessions
   */
  public record Settings(
      String url,
      String user,
      String password,
      int poolSize,
      Duration connectTimeout,
      Duration statementTimeout) {
    @Override
    public String toString() {
      return "Settings[" + url + ", user " + user + "]";
    }
  }

  private final Settings settings;
  private final PostgresConnector unpooled;
  private final HikariDataSource pool;

  public PostgresDatabase(Settings settings) {
    this.settings = settings;
    this.unpooled = connector(settings, SESSION_NETWORK_TIMEOUT, Duration.ZERO);
    PostgresConnector pooled =
        connector(
            settings,
            settings.statementTimeout().plus(NETWORK_MARGIN),
            settings.statementTimeout());
    HikariConfig config = new HikariConfig();
    config.setPoolName("freshet");
    config.setDataSource(pooled);
    config.setMaximumPoolSize(settings.poolSize());
    config.setMinimumIdle(0);
    config.setConnectionTimeout(
        Math.min(BORROW_MAX.toMillis(), settings.connectTimeout().toMillis()));
    config.setValidationTimeout(Math.min(1_000, settings.connectTimeout().toMillis()));
    config.setInitializationFailTimeout(-1);
    config.setIdleTimeout(60_000);
    this.pool = new HikariDataSource(config);
  }

  private static PostgresConnector connector(
      Settings settings, Duration networkTimeout, Duration statementTimeout) {
    return new PostgresConnector(
        settings.url(),
        settings.user(),
        settings.password(),
        settings.connectTimeout(),
        networkTimeout,
        statementTimeout);
  }

  /** The address for people, without secrets. */
  public String address() {
    return unpooled.address();
  }

  /**
   * Opens a connection and closes it again.
   *
   * @throws ServerUnavailableException if that fails, with the server's reason
   */
  public void checkReachable() {
    try (Connection connection = unpooled.getConnection()) {
      connection.isValid(1);
    } catch (SQLException e) {
      throw PostgresErrors.unavailable(
          "connecting to %s as %s".formatted(address(), settings.user()), e);
    }
  }

  /** A session outside the pool; the caller closes it. */
  Connection newSession() throws SQLException {
    return unpooled.getConnection();
  }

  /** A source of sessions whose statements may take long. */
  DataSource unhurried() {
    return connector(settings, Duration.ofMinutes(30), Duration.ZERO);
  }

  /**
   * Does some work on a session of the pool, in autocommit; once more on another session if the
   * first turns out to be broken, which after a restart of the server one borrow can be.
   *
   * @param doing what is being done, for messages
   * @throws ServerUnavailableException if the server is away
   * @throws SQLException if the statement itself is at fault
   */
  <T> T with(String doing, Work<T> work) throws SQLException {
    try {
      return once(work);
    } catch (SQLException e) {
      if (PostgresErrors.isStatementAtFault(e)) {
        throw e;
      }
      if (!isWorthRepeating(e)) {
        throw PostgresErrors.unavailable(doing, e);
      }
    }
    try {
      return once(work);
    } catch (SQLException e) {
      if (PostgresErrors.isStatementAtFault(e)) {
        throw e;
      }
      throw PostgresErrors.unavailable(doing, e);
    }
  }

  /**
   * As {@link #with}, for statements of Freshet's own.
   *
   * @throws PostgresRefusedException if a right is missing or the schema is not Freshet's
   */
  <T> T expect(String doing, Work<T> work) {
    try {
      return with(doing, work);
    } catch (SQLException e) {
      throw new PostgresRefusedException(doing, e);
    }
  }

  private <T> T once(Work<T> work) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      try {
        return work.on(connection);
      } catch (SQLException e) {
        if (!PostgresErrors.isStatementAtFault(e)) {
          pool.evictConnection(connection);
        }
        throw e;
      } catch (RuntimeException e) {
        SQLException broken = PostgresErrors.ifDriverFailed(e).orElseThrow(() -> e);
        pool.evictConnection(connection);
        throw broken;
      }
    }
  }

  private static boolean isWorthRepeating(SQLException e) {
    String state = PostgresErrors.state(e);
    return state.startsWith("08") || state.equals("57P01") || state.equals("0A000");
  }

  @Override
  public void close() {
    pool.close();
  }
}
