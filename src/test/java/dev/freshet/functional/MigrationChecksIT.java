package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.postgres.MigrationException;
import dev.freshet.postgres.Migrator;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code migrate} finds out about queries and rights before it changes anything. */
@ExtendWith(NoLeaks.class)
class MigrationChecksIT {
  private TestDatabase database;
  private Shop shop;

  @BeforeEach
  void prepare() throws SQLException {
    database = TestServers.database();
    shop = new Shop(database, TestServers.redisUrl());
    shop.execute(
        """
        CREATE TABLE other (id bigint PRIMARY KEY, t text, j jsonb);
        CREATE VIEW other_view AS SELECT * FROM other;
        CREATE VIEW other_view_view AS SELECT * FROM other_view;
        CREATE MATERIALIZED VIEW frozen AS SELECT * FROM other;
        CREATE TABLE parent (id bigint, t text) PARTITION BY RANGE (id);
        CREATE TABLE part PARTITION OF parent FOR VALUES FROM (0) TO (10);
        CREATE FUNCTION inlined(k text[]) RETURNS SETOF other LANGUAGE sql STABLE AS
          'SELECT * FROM public.other WHERE id = ANY (k::bigint[])';
        CREATE FUNCTION parsed(k bigint) RETURNS text LANGUAGE sql STABLE
          BEGIN ATOMIC SELECT t FROM public.other_view WHERE id = k; END;
        CREATE FUNCTION hidden(k bigint) RETURNS text LANGUAGE plpgsql STABLE AS
          'BEGIN RETURN (SELECT t FROM public.other WHERE id = k); END';
        """);
  }

  @AfterEach
  void close() throws SQLException {
    shop.close();
    database.close();
  }

  private FreshetConfig view(String load, String rest) {
    return shop.withViews(
        """
        v:
          key: "v:{id}"
          load: >-
            %s
          watch:
            - table: public.items
        """
                .formatted(load)
            + rest.indent(2));
  }

  private List<String> problemsOf(FreshetConfig config) {
    MigrationException refused =
        catchThrowableOfType(
            MigrationException.class, () -> shop.migrator(config, Migrator::planned));
    return refused == null ? List.of() : refused.problems();
  }

  private static String unwatched(String table) {
    return "views.v.load: reads %s, whose changes no watch of the view sees; watch it, or list it under `reads` if documents need not follow it"
        .formatted(table);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT i.id, o.t FROM public.items i JOIN public.other o USING (id) WHERE i.id = ANY(:id::bigint[]) | public.other",
        // the planner removes this join
        "SELECT i.id, i.value FROM public.items i LEFT JOIN public.other o USING (id) WHERE i.id = ANY(:id::bigint[]) | public.other",
        // the planner knows that this branch is empty
        "SELECT id, value FROM public.items WHERE id = ANY(:id::bigint[]) UNION ALL SELECT id, 1 FROM public.other WHERE false AND id = ANY(:id::bigint[]) | public.other",
        "SELECT id, (SELECT max(t) FROM public.other) AS t FROM public.items WHERE id = ANY(:id::bigint[]) | public.other",
        "WITH o AS (SELECT id FROM public.other) SELECT id, value FROM public.items WHERE id IN (SELECT id FROM o) AND id = ANY(:id::bigint[]) | public.other",
        "SELECT id, t FROM public.other_view_view WHERE id = ANY(:id::bigint[]) | public.other",
        "SELECT id, t FROM public.frozen WHERE id = ANY(:id::bigint[]) | public.frozen (a materialized view fires no trigger)",
        "SELECT id, t FROM public.parent WHERE id = ANY(:id::bigint[]) | public.parent",
        "SELECT id, t FROM public.part WHERE id = ANY(:id::bigint[]) | public.part",
        "SELECT id, t FROM public.inlined(:id) | public.other",
        "SELECT id, public.parsed(id) AS t FROM public.items WHERE id = ANY(:id::bigint[]) | public.other",
        "SELECT id, j ? '?::text[]' AS has FROM public.other WHERE id = ANY(:id::bigint[]) | public.other",
        "SELECT * FROM (SELECT id, t, t FROM public.other WHERE id = ANY(:id::bigint[])) AS o (id, a, b) | public.other",
      })
  void whatALoadReadsIsWatchedOrSaidOnPurpose(String load, String read) throws SQLException {
    assertThat(problemsOf(view(load, ""))).contains(unwatched(read));
    String table = read.replaceAll(" .*", "");
    assertThat(problemsOf(view(load, "reads: [" + table + "]")))
        .doesNotContain(unwatched(read))
        .noneMatch(problem -> problem.contains("reads public"));
    assertThat(shop.ask("SELECT to_regnamespace('freshet')::text")).isNull();
    assertThat(shop.ask("SELECT to_regclass('pg_temp.freshet_query')::text")).isNull();
  }

  @Test
  void whatOtherFunctionsReadIsHidden() {
    assertThat(
            problemsOf(
                view(
                    "SELECT id, public.hidden(id) AS t FROM public.items WHERE id = ANY(:id::bigint[])",
                    "")))
        .isEmpty();
  }

  @Test
  void aViewUnderReadsExcusesWhatItReads() {
    String load = "SELECT id, t FROM public.other_view_view WHERE id = ANY(:id::bigint[])";
    assertThat(problemsOf(view(load, "reads: [public.other_view]"))).isEmpty();
    assertThat(problemsOf(view(load, "reads: [public.part]")))
        .containsExactly(unwatched("public.other"));
  }

  @Test
  void aPartitionIsExcusedByItsParent() {
    assertThat(
            problemsOf(
                view(
                    "SELECT id, t FROM public.part WHERE id = ANY(:id::bigint[])",
                    "reads: [public.parent]")))
        .isEmpty();
  }

  @Test
  void anUnknownTableUnderReadsIsRefused() {
    assertThat(
            problemsOf(
                view(
                    "SELECT id, value FROM public.items WHERE id = ANY(:id::bigint[])",
                    "reads: [public.nowhere]")))
        .containsExactly(
            "views.v.reads: there is no table or view public.nowhere in this database; mend the name, or remove it");
  }

  @Test
  void whatAKeysQueryReadsIsWatchedAndReadsDoesNotExcuseIt() {
    FreshetConfig config =
        shop.withViews(
            """
            catalogs:
              key: "catalog:{slug}"
              load: SELECT slug, id FROM public.stores WHERE slug = ANY(:slug)
              watch:
                - table: public.products
                  by: [store_id]
                  keys: SELECT slug FROM public.stores WHERE id = ANY(:store_id::bigint[])
              reads: [public.stores]
            """);
    assertThat(problemsOf(config))
        .containsExactly(
            "views.catalogs.watch[0].keys: reads public.stores, which the view does not watch, so a change of it would evict the wrong entities; watch it too (`reads` does not excuse it)");
  }

  private FreshetConfig as(String role) {
    String yaml = shop.yaml();
    return Shop.parse(
        yaml.replace("user: " + database.user(), "user: " + role)
            .replace("password: " + database.password(), "password: x"));
  }

  @Test
  void aRoleWithoutRightsIsToldTheGrantsAndWithThemItCan() throws SQLException {
    String role = database.name() + "_Weak";
    String quoted = "\"" + role + "\"";
    shop.execute(
        """
        CREATE ROLE %1$s LOGIN PASSWORD 'x';
        REVOKE ALL ON DATABASE %2$s FROM PUBLIC;
        GRANT CONNECT ON DATABASE %2$s TO %1$s;
        REVOKE ALL ON SCHEMA public FROM PUBLIC;
        """
            .formatted(quoted, database.name()));
    FreshetConfig config = as(role);
    try {
      for (int round = 1; ; round++) {
        List<String> problems = problemsOf(config);
        if (problems.isEmpty()) {
          break;
        }
        assertThat(round).as("%s", problems).isLessThan(5);
        assertThat(problems)
            .allSatisfy(
                problem -> assertThat(problem).containsPattern("; run as \"?\\w+\"?: GRANT .*;"));
        for (String problem : problems) {
          shop.execute(problem.substring(problem.indexOf("GRANT ")));
        }
      }
      assertThat(shop.migrate(config)).hasSize(8);
      assertThat(
              shop.ask(
                  "SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'freshet'"))
          .isEqualTo(role);
      shop.execute("UPDATE items SET value = 1 WHERE id = 1");
      assertThat(shop.ask("SELECT keys[1] FROM freshet.change_log WHERE keys IS NOT NULL"))
          .isEqualTo("1");
    } finally {
      shop.execute("DROP OWNED BY %1$s CASCADE; DROP ROLE %1$s".formatted(quoted));
    }
  }

  @Test
  void aSchemaThatBelongsToAnotherRoleIsToldWithTheGrant() throws SQLException {
    String role = database.name() + "_other";
    shop.migrate(shop.config());
    shop.execute("CREATE ROLE %s LOGIN PASSWORD 'x'".formatted(role));
    shop.execute(
        "GRANT ALL ON ALL TABLES IN SCHEMA public, freshet TO %1$s; GRANT ALL ON SCHEMA freshet TO %1$s"
            .formatted(role));
    try {
      assertThat(problemsOf(as(role)))
          .containsExactly(
              "role %1$s is not %2$s, to which tables or functions of schema freshet belong; migrate as %2$s, or run as a superuser: GRANT %2$s TO %1$s;"
                  .formatted(role, database.user()));
    } finally {
      shop.execute("DROP OWNED BY %1$s; DROP ROLE %1$s".formatted(role));
    }
  }

  @Test
  void rowSecurityThatHidesWatchedRowsIsRefusedByMigrateAndByTheDaemon() throws SQLException {
    String role = database.name() + "_limited";
    shop.execute("CREATE ROLE %s LOGIN PASSWORD 'x'".formatted(role));
    shop.execute(
        "GRANT ALL ON DATABASE %2$s TO %1$s; GRANT ALL ON ALL TABLES IN SCHEMA public TO %1$s; ALTER TABLE stores ENABLE ROW LEVEL SECURITY"
            .formatted(role, database.name()));
    FreshetConfig config = as(role);
    String problem =
        "row security hides rows of public.stores from role %1$s, so their changes could be missed; run as a superuser: ALTER ROLE %1$s BYPASSRLS;"
            .formatted(role);
    try {
      assertThat(problemsOf(config)).containsExactly("views.catalogs.watch[0].table: " + problem);
      shop.execute("ALTER ROLE %s BYPASSRLS".formatted(role));
      shop.migrate(config);
      shop.execute("ALTER ROLE %s NOBYPASSRLS".formatted(role));
      try (Daemon daemon = new Daemon(config, Daemon.Options.DEFAULT)) {
        MigrationException refused = catchThrowableOfType(MigrationException.class, daemon::start);
        assertThat(refused.problems()).containsExactly("views.catalogs: " + problem);
      }
    } finally {
      shop.execute("DROP OWNED BY %1$s CASCADE; DROP ROLE %1$s".formatted(role));
    }
  }
}
