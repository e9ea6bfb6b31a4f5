package dev.freshet.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.cli.servers.LocalPostgres;
import dev.freshet.lifecycle.ServerUnavailableException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SessionIT {

  @Test
  void scriptsUpdatesAndQuestionsCommitByThemselves() {
    try (LocalPostgres postgres = LocalPostgres.start(Map.of());
        Session sql = Session.open(settings(postgres, postgres.password()));
        Session other = Session.open(settings(postgres, postgres.password()))) {
      sql.run(
          """
          CREATE TABLE t (id bigint, name text);
          CREATE FUNCTION twice(n bigint) RETURNS bigint LANGUAGE sql AS $$ SELECT n; SELECT 2 * n; $$;
          """);
      assertThat(
              sql.update(
                  "INSERT INTO t SELECT * FROM unnest(?::bigint[], ?::text[])",
                  new Long[] {1L, 2L, 3L},
                  new String[] {"a", "b;c", "d'e"}))
          .isEqualTo(3);
      assertThat(sql.update("UPDATE t SET id = twice(id) WHERE name = ? OR id = ?", "a", 3L))
          .isEqualTo(2);

      assertThat(other.ask("SELECT string_agg(name || id, ' ' ORDER BY name) FROM t"))
          .contains("a2 b;c2 d'e6");
      assertThat(other.ask("SELECT name FROM t WHERE id = 7")).isEmpty();
      assertThat(other.ask("SELECT NULL::text")).isEmpty();
    }
  }

  @Test
  void whatFailsIsNamedWithTheServersReason() {
    try (LocalPostgres postgres = LocalPostgres.start(Map.of());
        Session sql = Session.open(settings(postgres, postgres.password()))) {
      assertThatThrownBy(() -> sql.update("DELETE FROM nowhere"))
          .isInstanceOf(ServerUnavailableException.class)
          .hasMessageContaining("`DELETE FROM nowhere` on jdbc:pgsql:")
          .hasMessageContaining("\"nowhere\" does not exist [42P01]");
      assertThat(sql.ask("SELECT 'still here'")).contains("still here");
      assertThatThrownBy(() -> Session.open(settings(postgres, "a wrong one")))
          .isInstanceOf(ServerUnavailableException.class)
          .hasMessageContaining("connecting to jdbc:pgsql://127.0.0.1:" + postgres.port())
          .hasMessageNotContaining("a wrong one");
    }
  }

  private static PostgresDatabase.Settings settings(LocalPostgres postgres, String password) {
    return new PostgresDatabase.Settings(
        postgres.jdbcUrl("postgres"),
        postgres.user(),
        password,
        1,
        Duration.ofSeconds(10),
        Duration.ofSeconds(10));
  }
}
