package dev.freshet.postgres;

import com.impossibl.postgres.jdbc.PGDriver;
import dev.freshet.lifecycle.Threads;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * Opens sessions whose settings are pinned: dates in ISO form, UTC, and an application name.
 *
 * <p>The driver has no connect timeout (a silent server blocks it for a minute), so connecting
 * happens on a thread of its own; a connection that comes after its deadline is closed.
 */
final class PostgresConnector implements DataSource {
  private static final ThreadFactory THREADS = Threads.named("connect");

  private final String url;
  private final Properties credentials;
  private final Duration connectTimeout;
  private final Duration networkTimeout;
  private final String pins;

  /**
   * @param url {@code jdbc:pgsql://host:port/database}
   * @param connectTimeout how long a connection may take to open
   * @param networkTimeout how long the server may take to answer anything
   * @param statementTimeout after which the server ends a statement; zero for never
   */
  PostgresConnector(
      String url,
      String user,
      String password,
      Duration connectTimeout,
      Duration networkTimeout,
      Duration statementTimeout) {
    this.url = url;
    this.credentials = new Properties();
    credentials.setProperty("user", user);
    credentials.setProperty("password", password);
    this.connectTimeout = connectTimeout;
    this.networkTimeout = networkTimeout;
    this.pins =
        """
        SET datestyle = 'ISO, YMD'; SET intervalstyle = 'iso_8601'; SET timezone = 'UTC';
        SET extra_float_digits = 1; SET bytea_output = 'hex'; SET default_transaction_isolation = 'read committed';
        SET application_name = 'freshet'; SET statement_timeout = %s
        """
            .formatted(statementTimeout.toMillis());
  }

  /** The address for people: the URL without its parameters. */
  String address() {
    int parameters = url.indexOf('?');
    return parameters < 0 ? url : url.substring(0, parameters);
  }

  @Override
  public Connection getConnection() throws SQLException {
    CompletableFuture<Connection> opening = new CompletableFuture<>();
    THREADS.newThread(() -> connect(opening)).start();
    Connection connection;
    try {
      connection = opening.get(connectTimeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw abandon(
          opening,
          new SQLException(
              "no connection to %s within %d ms".formatted(address(), connectTimeout.toMillis()),
              "08001",
              e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw abandon(
          opening, new SQLException("interrupted while connecting to " + address(), "08001", e));
    } catch (ExecutionException e) {
      throw e.getCause() instanceof SQLException failure
          ? failure
          : new SQLException("connecting to " + address() + " failed", "08001", e.getCause());
    }
    pin(connection);
    return connection;
  }

  private void connect(CompletableFuture<Connection> opening) {
    try {
      Connection connection = new PGDriver().connect(url, credentials);
      if (connection == null) {
        throw new SQLException(
            "`%s` is no URL of the form jdbc:pgsql://host:port/database".formatted(address()),
            "08001");
      }
      if (!opening.complete(connection)) {
        connection.close(); // it came after its deadline
      }
    } catch (SQLException | RuntimeException e) {
      opening.completeExceptionally(e);
    }
  }

  private static SQLException abandon(CompletableFuture<Connection> opening, SQLException reason)
      throws SQLException {
    opening.completeExceptionally(reason);
    if (!opening.isCompletedExceptionally()) {
      opening.join().close(); // it came at the last moment
    }
    return reason;
  }

  private void pin(Connection connection) throws SQLException {
    try {
      connection.setNetworkTimeout(Runnable::run, (int) networkTimeout.toMillis());
      try (Statement statement = connection.createStatement()) {
        statement.execute(pins);
      }
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException("a connector has one user");
  }

  @Override
  public PrintWriter getLogWriter() throws SQLException {
    throw new SQLFeatureNotSupportedException("logs go through java.util.logging");
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    throw new SQLFeatureNotSupportedException("logs go through java.util.logging");
  }

  @Override
  public void setLoginTimeout(int seconds) {}

  @Override
  public int getLoginTimeout() {
    return (int) connectTimeout.toSeconds();
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getLogger("com.impossibl.postgres");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLFeatureNotSupportedException("a connector wraps nothing");
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
