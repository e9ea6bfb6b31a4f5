package dev.freshet.servers;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A test's own database.
 *
 * @param server that it is on
 * @param name unique within this JVM
 */
public record TestDatabase(PostgresServer server, String name) implements AutoCloseable {

  public String jdbcUrl() {
    return server.jdbcUrl(name);
  }

  public String user() {
    return server.user();
  }

  public String password() {
    return server.password();
  }

  /**
   * A new connection as superuser; the caller closes it. Its first 1,471 random numbers are above a
   * thousandth, so that no trigger of a single row looks how large the change log is: such a one
   * writes in another way.
   */
  public Connection connect() throws SQLException {
    Connection connection = server.connect(name);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT setseed(0.5)");
    }
    return connection;
  }

  /** Runs SQL, one or more statements, on a connection of its own. */
  public void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Drops the database, whoever is connected to it. Not needed: it goes with its server. */
  @Override
  public void close() throws SQLException {
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("DROP DATABASE " + name + " WITH (FORCE)");
    }
  }
}
