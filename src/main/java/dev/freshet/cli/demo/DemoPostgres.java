package dev.freshet.cli.demo;

import dev.freshet.cli.servers.LocalPostgres;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import java.time.Duration;
import java.util.Map;

/**
 * The demo's own Postgres.
 *
 * @param version of the server
 * @param sql a session in it
 */
record DemoPostgres(LocalPostgres server, String version, Session sql) implements AutoCloseable {
  static final String DATABASE = "postgres";

  static DemoPostgres start() {
    LocalPostgres server = LocalPostgres.start(Map.of());
    try {
      Session sql =
          Session.open(
              new PostgresDatabase.Settings(
                  server.jdbcUrl(DATABASE),
                  server.user(),
                  server.password(),
                  1,
                  Duration.ofSeconds(10),
                  Duration.ofSeconds(10)));
      // Distributions append their own version to the server's.
      String version = sql.ask("SELECT split_part(version(), ' ', 2)").orElse("");
      return new DemoPostgres(server, version, sql);
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** The server's address, as clients of Postgres take it. */
  String uri() {
    return "postgresql://%s:%s@127.0.0.1:%d/%s"
        .formatted(server.user(), server.password(), server.port(), DATABASE);
  }

  @Override
  public void close() {
    try {
      sql.close();
    } finally {
      server.close();
    }
  }
}
