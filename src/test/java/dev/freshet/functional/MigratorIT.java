package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.postgres.MigrationException;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class MigratorIT {
  private TestDatabase database;
  private Shop shop;

  @BeforeEach
  void prepare() throws SQLException {
    database = TestServers.database();
    shop = new Shop(database, TestServers.redisUrl());
  }

  @AfterEach
  void close() throws SQLException {
    shop.close();
    database.close();
  }

  private List<String> problemsOf(String views) {
    FreshetConfig config = shop.withViews(views);
    MigrationException refused =
        catchThrowableOfType(MigrationException.class, () -> shop.migrate(config));
    return refused.problems();
  }

  @Test
  void whatIsPendingIsAppliedOnce() {
    assertThat(shop.migrate(shop.config()))
        .containsExactly(
            "V1 change log",
            "V2 views and watches",
            "V3 dictionaries",
            "view catalogs",
            "view items",
            "watch catalogs on public.products by store_id",
            "watch catalogs on public.stores by slug",
            "watch items on public.items by id");
    assertThat(shop.migrate(shop.config())).isEmpty();
  }

  @Test
  void allProblemsAreToldAtOnceEachWithWhereAndWhat() throws SQLException {
    shop.execute("CREATE VIEW parts AS SELECT id, note FROM items");
    shop.execute("CREATE TABLE stamps (at timestamptz PRIMARY KEY, v int)");
    List<String> problems =
        problemsOf(
            """
            a:
              key: "a:{id}"
              load: SELECT nope FROM public.items WHERE id = ANY(:id::bigint[])
              watch: [{table: public.nowhere}]
            b:
              key: "b:{id}"
              load: SELECT id FROM public.items WHERE id = ANY(:id::bigint[])
              watch: [{table: public.parts}]
            c:
              key: "c:{at}"
              load: SELECT at, v FROM public.stamps WHERE at = ANY(:at::timestamptz[])
              watch:
                - table: public.stamps
                - table: public.items
                  by: [missing]
                  keys: SELECT v FROM public.stamps WHERE v = ANY(:missing::int[])
            """);
    assertThat(problems)
        .hasSize(8)
        .contains(
            "views.b.load: reads public.items, whose changes no watch of the view sees; watch it, or list it under `reads` if documents need not follow it")
        .anySatisfy(p -> assertThat(p).startsWith("views.a.load: does not run").contains("nope"))
        .anySatisfy(
            p ->
                assertThat(p)
                    .startsWith("views.a.watch[0].table: there is no table public.nowhere"))
        .anySatisfy(p -> assertThat(p).startsWith("views.b.load: returns nothing but the key"))
        .anySatisfy(
            p ->
                assertThat(p)
                    .startsWith("views.b.watch[0].table: public.parts is a view; watch the tables"))
        .anySatisfy(
            p ->
                assertThat(p)
                    .startsWith("views.c.watch[0].by: public.stamps.at is of type timestamptz"))
        .anySatisfy(
            p ->
                assertThat(p)
                    .startsWith("views.c.watch[1]: public.items has no column missing; it has id"))
        .anySatisfy(
            p -> assertThat(p).startsWith("views.c.watch[1].keys: must return the columns at"));
  }

  @Test
  void nothingIsInstalledIfThereIsAProblem() throws SQLException {
    problemsOf(
        """
        a:
          key: "a:{id}"
          load: SELECT id, value FROM public.items WHERE id = ANY(:id::bigint[])
          watch: [{table: public.items}, {table: public.nowhere}]
        """);
    assertThat(shop.ask("SELECT to_regnamespace('freshet')::text")).isNull();
  }

  @Test
  void aPublishedChangeLogIsRefusedByMigrateAndByTheDaemon() throws SQLException {
    shop.execute("CREATE PUBLICATION everything FOR ALL TABLES");
    MigrationException refused =
        catchThrowableOfType(MigrationException.class, () -> shop.migrate(shop.config()));
    assertThat(refused).hasMessageContaining("schema freshet is published by everything");

    shop.execute("DROP PUBLICATION everything");
    shop.migrate(shop.config());
    shop.execute("CREATE PUBLICATION floor FOR TABLE freshet.floor");
    try (Daemon daemon = new Daemon(shop.config(), Daemon.Options.DEFAULT)) {
      refused = catchThrowableOfType(MigrationException.class, daemon::start);
      assertThat(refused).hasMessageContaining("schema freshet is published by floor");
    }
  }

  @Test
  void keysOfEveryAllowedTypeHaveTheSameTextInTriggerAndLoad() throws SQLException {
    shop.execute(
        """
        CREATE TYPE mood AS ENUM ('so so', 'a:b');
        CREATE DOMAIN code AS text;
        CREATE TABLE typed (i int, t text, u uuid, b boolean, d date, n numeric, m mood, c code, v int,
                            PRIMARY KEY (i, t, u, b, d, n, m, c));
        """);
    FreshetConfig config =
        shop.withViews(
            """
            typed:
              key: "typed:{i}:{t}:{u}:{b}:{d}:{n}:{m}:{c}"
              load: SELECT t.* FROM public.typed t JOIN unnest(:i::int[], :t, :u::uuid[], :b::boolean[], :d::date[], :n::numeric[], :m::mood[], :c) AS k (i, t, u, b, d, n, m, c) USING (i, t, u, b, d, n, m, c)
              watch: [{table: public.typed}]
            """);
    try (var daemon = shop.start(config, Daemon.Options.DEFAULT)) {
      String key =
          "7:x\\:y\\\\z\u00dc\uD83D\uDE00:0f8fad5b-d9cb-469f-a165-70867728950e:true:2026-02-01:1.50:a\\:b:*";
      shop.execute(
          "SET datestyle = 'SQL, DMY'; SET timezone = 'Asia/Tokyo'; SET search_path = public; INSERT INTO typed VALUES (7, 'x:y\\z\u00dc\uD83D\uDE00', '0f8fad5b-d9cb-469f-a165-70867728950e', true, '01/02/2026', 1.50, 'a:b', '*', 1)");
      Shop.soon()
          .until(() -> daemon.loader().get("typed", key).source().toString().equals("redis"));
      assertThat(daemon.loader().get("typed", key).json().orElseThrow()).isEqualTo("1");
      shop.execute("SET datestyle = 'SQL, DMY'; UPDATE typed SET v = 2");
      shop.awaitGone("typed:" + key);
      assertThat(daemon.loader().get("typed", key).json().orElseThrow()).isEqualTo("2");
    }
  }
}
