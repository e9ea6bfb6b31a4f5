package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import com.impossibl.postgres.api.jdbc.PGConnection;
import dev.freshet.servers.ExpectedLog;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whoever writes, and with whatever settings, the same keys are logged, and the writer succeeds.
 */
@ExpectedLog("not ready: view days: ") // a renamed table may be found while the next test runs
class WriterSessionsIT {
  private static final String TABLES =
      """
      CREATE TYPE public.mood AS ENUM ('a:b');
      CREATE TABLE days (day date, name text, mood public.mood, amount numeric, flag boolean, v integer, PRIMARY KEY (day, name));
      CREATE TABLE numbers (id bigint PRIMARY KEY, v integer NOT NULL);
      INSERT INTO numbers SELECT i, 0 FROM generate_series(1, 9) AS i;
      CREATE ROLE writer_%1$s;
      GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON days, numbers TO writer_%1$s;
      """;

  private static final String VIEWS =
      """
      days:
        key: "day:{day}:{name}:{mood}:{amount}:{flag}"
        load: SELECT day, name, mood, amount, flag, v FROM public.days WHERE day = ANY(:day::date[]) AND name = ANY(:name) AND mood = ANY(:mood::public.mood[]) AND amount = ANY(:amount::numeric[]) AND flag = ANY(:flag::boolean[])
        watch:
          - table: public.days
      numbers:
        key: "number:{id}"
        load: SELECT id, v FROM public.numbers WHERE id = ANY(:id::bigint[])
        watch:
          - table: public.numbers
      """;

  /** Functions and operators that look like those of Postgres, and fail whoever calls them. */
  private static final String HOSTILE =
      """
      CREATE SCHEMA evil;
      CREATE FUNCTION evil.trap() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped %', current_user; END $$;
      CREATE FUNCTION evil.replace(text, text, text) RETURNS text LANGUAGE sql AS 'SELECT evil.trap()';
      CREATE FUNCTION evil.to_jsonb(date) RETURNS jsonb LANGUAGE sql AS 'SELECT pg_catalog.to_jsonb(evil.trap())';
      CREATE FUNCTION evil.concat(public.mood) RETURNS text LANGUAGE sql AS 'SELECT evil.trap()';
      CREATE FUNCTION evil.format(text, public.mood) RETURNS text LANGUAGE sql AS 'SELECT evil.trap()';
      CREATE FUNCTION evil.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT evil.trap()::timestamptz';
      CREATE FUNCTION evil.date_part(text, timestamptz) RETURNS float8 LANGUAGE sql AS 'SELECT evil.trap()::float8';
      CREATE FUNCTION evil.pg_notify(text, text) RETURNS void LANGUAGE sql AS 'SELECT evil.trap(); SELECT NULL::void';
      CREATE FUNCTION evil.pg_try_advisory_xact_lock_shared(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT evil.trap() IS NULL';
      CREATE FUNCTION evil.pg_current_xact_id() RETURNS xid8 LANGUAGE sql AS 'SELECT evil.trap()::xid8';
      CREATE FUNCTION evil.row_number() RETURNS bigint LANGUAGE sql AS 'SELECT evil.trap()::bigint';
      CREATE FUNCTION evil.step(text[], text) RETURNS text[] LANGUAGE sql AS 'SELECT ARRAY[evil.trap()]';
      CREATE AGGREGATE evil.array_agg(text) (SFUNC = evil.step, STYPE = text[], INITCOND = '{}');
      CREATE FUNCTION evil.cat(text, text) RETURNS text LANGUAGE sql AS 'SELECT evil.trap()';
      CREATE OPERATOR evil.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.cat);
      CREATE FUNCTION evil.same(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT evil.trap() IS NULL';
      CREATE OPERATOR evil.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.same);
      CREATE OPERATOR evil.*<> (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.same);
      CREATE FUNCTION evil.path(jsonb, text[]) RETURNS text LANGUAGE sql AS 'SELECT evil.trap()';
      CREATE OPERATOR evil.#>> (LEFTARG = jsonb, RIGHTARG = text[], FUNCTION = evil.path);
      CREATE DOMAIN evil.text AS pg_catalog.text CHECK (evil.trap() IS NULL);
      CREATE FUNCTION evil.of_mood(public.mood) RETURNS pg_catalog.text LANGUAGE sql AS 'SELECT evil.trap()';
      CREATE CAST (public.mood AS pg_catalog.text) WITH FUNCTION evil.of_mood(public.mood);
      CREATE TABLE evil.new_rows (id bigint);
      CREATE TABLE evil.change_log (watch_id integer, keys pg_catalog.text[]);
      GRANT USAGE ON SCHEMA evil TO PUBLIC;
      """;

  private static final String ROW =
      "('2026-02-01', 'a:b\\c', 'a:b', 1.50, true, 0)"; // its date is another one in other styles

  private static final String CACHE_KEY = "day:2026-02-01:a\\:b\\\\c:a\\:b:1.50:true";

  private static LiveViews live;
  private static String writer;

  @BeforeAll
  static void startDaemon() throws SQLException {
    String unique = Long.toHexString(System.nanoTime());
    writer = "writer_" + unique;
    live = LiveViews.start(TABLES.formatted(unique), VIEWS);
  }

  @AfterAll
  static void stopDaemon() throws SQLException {
    live.execute("DROP OWNED BY %1$s; DROP ROLE %1$s".formatted(writer));
    live.close();
  }

  @BeforeEach
  void cacheAll() throws SQLException {
    live.execute("DELETE FROM days; INSERT INTO days VALUES " + ROW);
    live.execute("DELETE FROM numbers WHERE id > 9");
    live.awaitApplied();
    live.cached().forEach(cacheKey -> live.redis().del(cacheKey));
    Shop.soon()
        .untilAsserted(
            () -> { // a view whose column was renamed and is back again is not filled at once
              live.load("days", List.of(CACHE_KEY.substring("day:".length())));
              live.load(
                  "numbers", IntStream.rangeClosed(1, 9).mapToObj(Integer::toString).toList());
              assertThat(live.cached()).hasSize(10).contains(CACHE_KEY);
            });
  }

  /** What a session evicts that first runs one statement and then others. */
  private static Set<String> evictedAfter(String first, String... statements) throws SQLException {
    int wholeViewRows = live.wholeViewRows("public.days") + live.wholeViewRows("public.numbers");
    Set<String> evicted =
        live.evictedBy(
            () -> {
              try (Connection session = live.database().connect()) {
                LiveViews.execute(session, first);
                for (String statement : statements) {
                  LiveViews.execute(session, statement);
                }
              }
            });
    assertThat(live.wholeViewRows("public.days") + live.wholeViewRows("public.numbers"))
        .as("rows that say the whole view, for want of keys")
        .isEqualTo(wholeViewRows);
    return evicted;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "TimeZone = 'Pacific/Auckland'",
        "DateStyle = 'German'",
        "DateStyle = 'SQL, DMY'",
        "DateStyle = 'Postgres, MDY'",
        "IntervalStyle = 'sql_standard'",
        "search_path = ''",
        "search_path = 'nowhere'",
        "extra_float_digits = -15",
        "bytea_output = 'escape'",
        "standard_conforming_strings = off",
        "backslash_quote = off",
        "escape_string_warning = off",
        "array_nulls = off",
        "transform_null_equals = on",
        "row_security = off",
        "quote_all_identifiers = on",
        "plpgsql.variable_conflict = 'use_column'",
        "plpgsql.extra_errors = 'all'",
        "plan_cache_mode = 'force_generic_plan'",
        "default_transaction_isolation = 'serializable'",
        "synchronous_commit = off",
        "work_mem = '64kB'",
        "enable_hashjoin = off",
        "xmloption = 'document'"
      })
  void aSettingOfTheWritersSessionChangesNoKey(String setting) throws SQLException {
    assertThat(
            evictedAfter(
                "LOAD 'plpgsql'; SET " + setting,
                "UPDATE public.days SET v = 1",
                "UPDATE public.numbers SET v = v + 1 WHERE id IN (2, 3)"))
        .containsExactly(CACHE_KEY, "number:2", "number:3");
  }

  @Test
  void aRoleThatHasNoRightOnSchemaFreshetWritesAsBefore() throws SQLException {
    assertThat(
            evictedAfter(
                "SET ROLE " + writer,
                "UPDATE days SET v = 1",
                "INSERT INTO numbers VALUES (10, 1)",
                "DELETE FROM numbers WHERE id = 10",
                "UPDATE numbers SET v = v + 1 WHERE id = 4"))
        .containsExactly(CACHE_KEY, "number:4");
    live.load("days", List.of(CACHE_KEY.substring("day:".length())));
    assertThat(live.evictedBy("SET ROLE %s; TRUNCATE days; RESET ROLE".formatted(writer)))
        .containsExactly(CACHE_KEY);
    assertThat(live.ask("SELECT has_schema_privilege('%s', 'freshet', 'USAGE')".formatted(writer)))
        .isIn("f", "false");
  }

  @Test
  void whatLooksLikeAFunctionOfPostgresIsNotCalledWithFreshetsRights() throws SQLException {
    live.execute(HOSTILE);
    try {
      assertThat(
              evictedAfter(
                  "SET ROLE %s; SET search_path = evil, public, pg_catalog".formatted(writer),
                  "CREATE TEMP TABLE change_log (watch_id integer); CREATE TEMP TABLE old_rows (id bigint); CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (false)",
                  "SET search_path = pg_temp, evil, public, pg_catalog",
                  "UPDATE public.days SET v = 1",
                  "UPDATE public.numbers SET v = 1",
                  "INSERT INTO public.numbers SELECT i, 0 FROM generate_series(20, 1500) AS i",
                  "DELETE FROM public.numbers WHERE id OPERATOR(pg_catalog.>) 19"))
          .hasSize(10);
      assertThat(live.ask("SELECT count(*) FROM evil.change_log")).isEqualTo("0");
    } finally {
      live.execute("DROP SCHEMA evil CASCADE");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"})
  void writersOfDifferentTablesDoNotDisturbEachOther(String isolation) throws SQLException {
    String begin = "BEGIN ISOLATION LEVEL " + isolation;
    assertThat(
            live.evictedBy(
                () -> {
                  try (Connection one = live.database().connect();
                      Connection other = live.database().connect()) {
                    LiveViews.execute(one, begin);
                    LiveViews.execute(other, begin);
                    for (int i = 0; i < 3; i++) {
                      LiveViews.execute(one, "UPDATE numbers SET v = v + 1 WHERE id < 3");
                      LiveViews.execute(other, "UPDATE days SET v = v + 1");
                    }
                    LiveViews.execute(one, "COMMIT");
                    LiveViews.execute(other, "COMMIT");
                  }
                }))
        .containsExactly(CACHE_KEY, "number:1", "number:2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"latin1", "sql_ascii", "win1252"})
  void anotherClientEncodingChangesNoKey(String encoding) throws SQLException {
    live.execute(
        "INSERT INTO days VALUES ('2026-03-01', 'Ünï 漢 😀', 'a:b', 1, true, 0), ('2026-04-01', 'ü', 'a:b', 1, true, 0)");
    live.awaitApplied();
    live.load("days", List.of("2026-03-01:Ünï 漢 😀:a\\:b:1:true", "2026-04-01:ü:a\\:b:1:true"));
    assertThat(
            evictedAfter(
                "SET client_encoding = %s; UPDATE days SET v = 1 WHERE amount = 1; SET client_encoding = utf8"
                    .formatted(encoding)))
        .containsExactly("day:2026-03-01:Ünï 漢 😀:a\\:b:1:true", "day:2026-04-01:ü:a\\:b:1:true");
  }

  @Test
  void aWarningThatTheClientsEncodingCannotWriteFailsNoWriter() throws SQLException {
    live.execute("ALTER TABLE days RENAME TO \"漢\"; ALTER TABLE \"漢\" RENAME COLUMN flag TO \"旗\"");
    try {
      assertThat(
              live.evictedBy(
                  () -> {
                    try (Connection session = live.database().connect()) {
                      LiveViews.execute(
                          session,
                          "SET client_encoding = latin1; DO $$ BEGIN EXECUTE 'UPDATE ' || convert_from('\\x22e6bca222', 'UTF8') || ' SET v = 1'; END $$; SET client_encoding = utf8");
                    }
                  }))
          .containsExactly(CACHE_KEY);
    } finally {
      live.execute(
          "ALTER TABLE \"漢\" RENAME COLUMN \"旗\" TO flag; ALTER TABLE \"漢\" RENAME TO days");
      live.awaitShapesRead(1); // the sweep that follows is not the next test's
    }
  }

  @Test
  void copyEvictsWhatItBringsIn() throws SQLException {
    live.load("numbers", List.of("100", "101", "102"));
    assertThat(
            live.evictedBy(
                () -> {
                  try (Connection session = live.database().connect()) {
                    session
                        .unwrap(PGConnection.class)
                        .copyFrom(
                            "COPY numbers FROM STDIN WITH (FORMAT csv)",
                            new ByteArrayInputStream(
                                "100,1\n102,1\n".getBytes(StandardCharsets.UTF_8)));
                  }
                }))
        .containsExactly("number:100", "number:102");
  }

  /** The change log holds up to 1,000 keys in a row; a changed primary key has one of its own. */
  @ParameterizedTest
  @CsvSource({"999", "1000", "1001", "2000", "2001", "2500"})
  void everyKeyOfABulkStatementIsEvicted(int rows) throws SQLException {
    Set<String> bulk = new TreeSet<>();
    IntStream.range(10_000, 10_000 + rows).forEach(id -> bulk.add("number:" + id));
    for (String statement :
        List.of(
            "INSERT INTO numbers SELECT i, 0 FROM generate_series(10000, %s) AS i"
                .formatted(9_999 + rows),
            "UPDATE numbers SET v = v + 1 WHERE id >= 10000",
            "UPDATE numbers SET id = -id WHERE id >= 10000",
            "UPDATE numbers SET id = -id WHERE id <= -10000",
            "DELETE FROM numbers WHERE id >= 10000")) {
      bulk.forEach(cacheKey -> live.redis().set(cacheKey, "0"));
      int logged = live.logRows("public.numbers");
      assertThat(live.evictedBy(statement)).as(statement).isEqualTo(bulk);
      int changedKeys = statement.contains("SET id") ? rows : 0;
      assertThat(live.logRows("public.numbers") - logged - changedKeys)
          .as("rows logged by %s", statement)
          .isBetween((rows + 999) / 1_000, 2 * ((rows + 999) / 1_000) + 4);
    }
    assertThat(
            live.ask("SELECT coalesce(max(cardinality(keys)), 0) <= 1000 FROM freshet.change_log"))
        .isIn("t", "true");
  }
}
