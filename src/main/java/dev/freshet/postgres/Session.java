package dev.freshet.postgres;

import com.impossibl.postgres.api.jdbc.PGConnection;
import com.impossibl.postgres.api.jdbc.PGNotificationListener;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A session of its own that runs any SQL, in autocommit: for programs that play an application
 * beside Freshet, as the demo and the benchmarks do. Freshet itself does not use it.
 *
 * <p>Statements are prepared once. For one thread at a time. All methods throw {@link
 * dev.freshet.lifecycle.ServerUnavailableException} if a statement fails.
 */
public final class Session implements AutoCloseable {
  private static final Duration STATEMENT_MAX = Duration.ofSeconds(30);

  private final String address;
  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  private Session(String address, Connection connection) {
    this.address = address;
    this.connection = connection;
  }

  /** Opens a session. */
  public static Session open(PostgresDatabase database) {
    try {
      return new Session(database.address(), database.newSession());
    } catch (SQLException e) {
      throw PostgresErrors.unavailable("opening a session on " + database.address(), e);
    }
  }

  /** Opens a session whose statements may take half an hour. */
  public static Session openUnhurried(PostgresDatabase database) {
    try {
      return new Session(database.address(), database.unhurried().getConnection());
    } catch (SQLException e) {
      throw PostgresErrors.unavailable("opening a session on " + database.address(), e);
    }
  }

  /** Opens a session without a pool; the settings of the pool do not matter. */
  public static Session open(PostgresDatabase.Settings settings) {
    PostgresConnector connector =
        new PostgresConnector(
            settings.url(),
            settings.user(),
            settings.password(),
            settings.connectTimeout(),
            STATEMENT_MAX,
            Duration.ZERO);
    try {
      return new Session(connector.address(), connector.getConnection());
    } catch (SQLException e) {
      throw PostgresErrors.unavailable(
          "connecting to %s as %s".formatted(connector.address(), settings.user()), e);
    }
  }

  /** Runs statements without parameters, separated by semicolons. */
  public void run(String script) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(script);
    } catch (SQLException e) {
      throw failed(script, e);
    }
  }

  /**
   * Runs a statement that changes rows.
   *
   * @param parameters for each {@code ?}; numbers, texts, arrays of texts
   * @return how many rows
   */
  public int update(String sql, Object... parameters) {
    try {
      return bound(sql, parameters).executeUpdate();
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /**
   * Runs a query, and returns the first column of its rows.
   *
   * @param sql the first column is a text
   * @param parameters for each {@code ?}; numbers, texts, arrays of texts
   */
  public List<@Nullable String> texts(String sql, Object... parameters) {
    try (ResultSet row = bound(sql, parameters).executeQuery()) {
      List<@Nullable String> texts = new ArrayList<>();
      while (row.next()) {
        texts.add(row.getString(1));
      }
      return texts;
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /** The first column of a query's first row; empty if there is none or it is NULL. */
  public Optional<String> ask(String sql, Object... parameters) {
    return texts(sql, parameters).stream().limit(1).filter(Objects::nonNull).findFirst();
  }

  /**
   * Listens on a channel for as long as the session is open.
   *
   * @param channel a plain name
   * @param onPayload is called on the driver's thread with each notification's payload; must not
   *     run SQL on this session
   */
  public void listen(String channel, Consumer<String> onPayload) {
    try {
      connection
          .unwrap(PGConnection.class)
          .addNotificationListener(
              channel,
              channel,
              new PGNotificationListener() {
                @Override
                public void notification(int processId, String from, String payload) {
                  onPayload.accept(payload);
                }
              });
    } catch (SQLException e) {
      throw failed("listening on " + channel, e);
    }
    run("LISTEN " + channel);
  }

  /** The driver's name and version. */
  public String driver() {
    try {
      DatabaseMetaData facts = connection.getMetaData();
      return facts.getDriverName() + " " + facts.getDriverVersion();
    } catch (SQLException e) {
      throw failed("asking the driver for its version", e);
    }
  }

  private PreparedStatement bound(String sql, Object... parameters) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
    return statement;
  }

  private RuntimeException failed(String what, SQLException e) {
    String firstLine = what.strip().lines().findFirst().orElse("");
    return PostgresErrors.unavailable("`%s` on %s".formatted(firstLine, address), e);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failed("closing a session", e);
    }
  }
}
