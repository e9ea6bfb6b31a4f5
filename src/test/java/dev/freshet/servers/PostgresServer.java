package dev.freshet.servers;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;

/** A Postgres that a test can break. Its port and data survive stops and kills. */
public interface PostgresServer extends AutoCloseable {
  /** How many databases this JVM's tests have asked for. */
  AtomicInteger DATABASES = new AtomicInteger();

  String host();

  int port();

  /** The name of the superuser. */
  String user();

  String password();

  /** Starts the server again; waits until it takes connections. */
  void start();

  /** Stops the server cleanly. */
  void stop();

  /** Ends the server and all its children at once, with SIGKILL. */
  void kill();

  /** Stops time for the server: connections stay open, nothing is answered. */
  void pause();

  /** Ends a pause. */
  void resume();

  /** Ends the server and deletes its data. */
  @Override
  void close();

  /** The address of one of the server's databases, which need not exist. */
  default String jdbcUrl(String database) {
    return "jdbc:pgsql://%s:%d/%s".formatted(host(), port(), database);
  }

  /** Connects to one of the server's databases as superuser. */
  default Connection connect(String database) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user());
    properties.setProperty("password", password());
    return DriverManager.getConnection(jdbcUrl(database), properties);
  }

  /** Creates an empty database, {@code it_1}, {@code it_2}, … */
  default TestDatabase createDatabase() {
    String name = "it_" + DATABASES.incrementAndGet();
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    } catch (SQLException e) {
      throw new IllegalStateException("cannot create database %s on %s".formatted(name, this), e);
    }
    return new TestDatabase(this, name);
  }
}
