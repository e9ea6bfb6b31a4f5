package dev.freshet.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is refused, where it is said to be, and what the reader is told to do. */
class ConfigProblemsTest {
  private static final String SERVERS =
      """
      postgres: {url: "jdbc:pgsql://127.0.0.1/shop", user: freshet}
      redis: {url: "redis://127.0.0.1"}
      """;

  private static final String VIEW =
      """
          key: "user:{id}"
          load: SELECT id, doc FROM public.users WHERE id = ANY(:id::bigint[])
          watch:
            - table: public.users
      """;

  private static final String VALID = SERVERS + "views:\n  users:\n" + VIEW;

  private static List<String> problemsOf(String yaml) {
    Map<String, String> environment = Map.of("PASSWORD", "s3cret", "EMPTY", "");
    ConfigException exception =
        catchThrowableOfType(
            ConfigException.class,
            () -> FreshetConfig.parse(yaml, "freshet.yaml", environment::get));
    assertThat(exception).as("nothing was refused").isNotNull();
    assertThat(exception.getMessage()).contains(exception.problems());
    return exception.problems();
  }

  /** The one problem of a configuration. */
  private static String problemOf(String yaml) {
    List<String> problems = problemsOf(yaml);
    assertThat(problems).hasSize(1);
    return problems.get(0);
  }

  /** The one problem of a configuration whose view has one more line, line 9. */
  private static String problemOfView(String line) {
    return problemOf(VALID + "    " + line + "\n");
  }

  /** The one problem of a valid configuration in which something was replaced. */
  private static String problemOf(String written, String instead) {
    assertThat(VALID).contains(written);
    return problemOf(VALID.replace(written, instead));
  }

  private static String problemOfPostgres(String entry) {
    return problemOf("user: freshet", "user: freshet, " + entry);
  }

  private static String problemOfPostgresUrl(String url) {
    return problemOf("jdbc:pgsql://127.0.0.1/shop", url);
  }

  private static String problemOfRedisUrl(String url) {
    return problemOf("redis://127.0.0.1", url);
  }

  @Test
  void allProblemsAreToldAtOnceInTheOrderOfTheirLines() {
    List<String> problems =
        problemsOf(
            """
            postgres:
              url: jdbc:postgresql://127.0.0.1/shop
              password: ${UNSET}
            redis:
              url: http://127.0.0.1
              timeout: soon
            views:
              users:
                key: "user"
                ttl: 0s
                codec: lz4
                wacth: []
            """);

    assertThat(problems)
        .satisfiesExactly(
            p -> assertThat(p).startsWith("freshet.yaml:1: postgres: `user` is missing; write"),
            p -> assertThat(p).startsWith("freshet.yaml:2: postgres.url: is no URL of the driver"),
            p -> assertThat(p).startsWith("freshet.yaml:3: postgres.password: ").contains("UNSET"),
            p -> assertThat(p).startsWith("freshet.yaml:5: redis.url: is no URL of a Redis"),
            p -> assertThat(p).startsWith("freshet.yaml:6: redis.timeout: `soon` is no duration; "),
            p -> assertThat(p).startsWith("freshet.yaml:8: views.users: `load` is missing; "),
            p -> assertThat(p).startsWith("freshet.yaml:8: views.users: `watch` is missing; "),
            p -> assertThat(p).startsWith("freshet.yaml:9: views.users.key: ").contains("{"),
            p -> assertThat(p).startsWith("freshet.yaml:10: views.users.ttl: `0s` is out of range"),
            p -> assertThat(p).endsWith("write one of json, gzip, zstd, packed"),
            p -> assertThat(p).endsWith("is no known key; did you mean `watch`?"));
  }

  @Test
  void theMessageHasOneLineForEachProblem() {
    ConfigException exception = new ConfigException(List.of("a: b; c", "d: e; f"));

    assertThat(exception).hasMessage("the configuration has 2 problems:\n  a: b; c\n  d: e; f");
    assertThat(new ConfigException(List.of("a: b; c")))
        .hasMessage("the configuration has a problem:\n  a: b; c");
  }

  @Test
  void missingSectionsAreNamed() {
    assertThat(problemsOf("http: {listen: \"127.0.0.1:1\"}"))
        .extracting(p -> p.substring(0, p.indexOf(';')))
        .containsExactly(
            "freshet.yaml:1: `postgres` is missing",
            "freshet.yaml:1: `redis` is missing",
            "freshet.yaml:1: `views` is missing");
  }

  @Test
  void unknownKeysAreRefusedEverywhere() {
    assertThat(problemOf(VALID + "metrics: {}\n"))
        .startsWith("freshet.yaml:9: metrics: is no known key; known here: postgres, redis, http");
    assertThat(problemOfPostgres("passwd: x")).contains("did you mean `password`?");
    assertThat(problemOf("- table: public.users", "- {table: public.users, kyes: x}"))
        .startsWith("freshet.yaml:8: views.users.watch[0].kyes: is no known key; did you mean")
        .contains("`keys`");
    assertThat(problemOfView("ttl_jitter: 10%")).contains("did you mean `ttl-jitter`?");
  }

  @Test
  void duplicateKeysAreRefusedWithBothLines() {
    assertThat(problemOfView("key: \"other:{id}\""))
        .isEqualTo(
            "freshet.yaml:9: views.users.key: stands here for the second time (first in line 5); keep one");
    assertThat(problemOf(VALID + "  users:\n" + VIEW)).contains("views.users: stands here for the");
  }

  @Test
  void brokenYamlIsToldWithLineAndColumnAndWithoutItsText() {
    assertThat(problemOf("postgres:\n  password: \"s3cret\n  user: me\n"))
        .startsWith("freshet.yaml:4:1: this is no YAML: found unexpected end of stream; check")
        .doesNotContain("s3cret");
    assertThat(problemOf("postgres:\n\turl: s3cret\n"))
        .startsWith("freshet.yaml:2:1: this is no YAML: ")
        .contains("TAB")
        .doesNotContain("s3cret");
    assertThat(problemOf("postgres: user: s3cret\n"))
        .startsWith("freshet.yaml:1:15: this is no YAML: mapping values are not allowed here")
        .doesNotContain("s3cret");
    assertThat(problemOf("a: \u0001\n")).contains("this is no YAML that can be read");
  }

  @Test
  void documentsThatAreNoSingleMappingAreRefused() {
    assertThat(problemOf("")).startsWith("freshet.yaml: is empty; ");
    assertThat(problemOf("# nothing\n")).startsWith("freshet.yaml: is empty; ");
    assertThat(problemOf("- a\n")).startsWith("freshet.yaml:1:1: a configuration is a mapping");
    assertThat(problemOf(VALID + "---\nmore: 1\n"))
        .startsWith("freshet.yaml:10:1: there is a second");
    assertThat(problemOf("a: &x 1\nb: *x\n")).startsWith("freshet.yaml:2:4: the alias `*x` is not");
    assertThat(problemOf("{[a, b]: 1}")).contains("this is no YAML that can be read");
  }

  @Test
  void valuesOfTheWrongShapeAreRefused() {
    assertThat(problemOf("http: 8080\n" + VALID)).startsWith("freshet.yaml:1: http: holds no keys");
    assertThat(problemOf("http:\n" + VALID)).startsWith("freshet.yaml:1: http: holds no keys");
    assertThat(problemOfPostgres("change-log-max: 8"))
        .contains("postgres.change-log-max", "`8` is no size", "8GB");
    assertThat(problemOfPostgres("change-log-max: 8gb")).contains("`8gb` is no size");
    assertThat(problemOfPostgres("change-log-max: 1023kB"))
        .contains("`1023kB` is too small; write at least 1024kB");
    assertThat(problemOfPostgres("retention: [1h]"))
        .contains("holds a list or keys; write a single");
    assertThat(problemOfPostgres("password: ")).contains("postgres.password: is empty; ");
    assertThat(problemOfPostgres("password: \"\"")).contains("postgres.password: is empty; ");
    assertThat(problemOfPostgres("password: \"${EMPTY}\""))
        .contains("postgres.password: is empty; ");
    assertThat(problemOfView("reads: public.x")).contains("views.users.reads: holds no list; ");
    assertThat(problemOfView("reads: []")).contains("views.users.reads: is an empty list; ");
    assertThat(problemOfView("reads: [{}]")).contains("views.users.reads[0]: holds a list or keys");
    assertThat(problemOf("- table: public.users", "- public.users"))
        .contains("views.users.watch[0]: holds no keys");
  }

  @Test
  void whatTheEnvironmentHoldsIsNotShown() {
    assertThat(problemOfPostgres("pool-size: \"${PASSWORD}\""))
        .contains("`${PASSWORD}` is out of range")
        .doesNotContain("s3cret");
    assertThat(problemOfView("codec: x${PASSWORD}"))
        .contains("`x${PASSWORD}`")
        .doesNotContain("s3cret");
    assertThat(problemOfRedisUrl("redis://:${PASSWORD}@host:port")).doesNotContain("s3cret");
    assertThat(problemOfPostgresUrl("jdbc:pgsql://me:${PASSWORD}@127.0.0.1/shop"))
        .contains("holds credentials; write them as postgres.user and postgres.password")
        .doesNotContain("s3cret");
  }

  @Test
  void settingsThatThisVersionDoesNotServeAreRefused() {
    assertThat(problemOf(VALID + "resp: {listen: \"127.0.0.1:6390\"}\n"))
        .startsWith("freshet.yaml:9: resp: this version serves no Redis protocol; ");
    assertThat(problemOf("- table: public.users", "- {table: public.users, always: maybe}"))
        .startsWith("freshet.yaml:8: views.users.watch[0].always: `maybe` is neither; write true");
    assertThat(problemOfView("codec: lz4")).contains("`lz4` is no codec of this version");
  }

  @Test
  void oldValuesAreHandedOutOnlyWhereThatMakesSense() {
    assertThat(problemOfView("on-change: renew"))
        .startsWith("freshet.yaml:9: views.users.on-change: `renew` is nothing that can be done");
    assertThat(problemOfView("stale-while-refresh: true"))
        .contains("views.users.stale-while-refresh: needs `on-change: refresh`");
    assertThat(
            problemOfView(
                "on-change: refresh\n    stale-while-refresh: true\n    when-behind: bypass"))
        .contains("`when-behind: bypass` forbids it");
  }

  @Test
  void aNearCacheKeepsNothingForLong() {
    assertThat(problemOf(VALID + "loader: {near-cache: {ttl: 11s}}\n"))
        .contains("loader.near-cache.ttl: `11s` is too long")
        .contains("write at most 10s");
    assertThat(problemOf(VALID + "loader: {near-cache: {max: 100kB}}\n")).contains("too small");
  }

  @Test
  void durationsPercentagesAndNumbersHaveTheirRanges() {
    for (String duration : List.of("30", "d", "1.5h", "-1s", "1 h", "1w", "0ms", "3651d", "1H")) {
      assertThat(problemOfView("ttl: " + duration)).contains("`" + duration + "`");
    }
    assertThat(problemOfView("absent-ttl: 0s")).contains("above 0");
    assertThat(problemOfView("ttl: 999999999999d")).contains("is out of range");
    for (String percentage : List.of("10", "101%", "-1%", "0.1", "%")) {
      assertThat(problemOfView("ttl-jitter: \"" + percentage + "\"")).contains("is no percentage");
    }
    for (String size : List.of("0", "1001", "many", "99999999999", "1e1")) {
      assertThat(problemOfPostgres("pool-size: " + size)).contains("from 1 to 1000");
    }
    assertThat(problemOf("loader: {concurrency: 7}\n" + VALID))
        .contains("pool-size 8 is less than loader.concurrency 7 and 2 for all else");
    assertThat(problemOf("loader: {batch-max: 0}\n" + VALID)).contains("from 1 to 10000");
    assertThat(problemOf("loader: {waiting-max: 0}\n" + VALID)).contains("from 1 to 10000000");
  }

  @Test
  void choicesAreListed() {
    assertThat(problemOfPostgres("doorbell: bell")).contains("write doorbell or notify or poll");
    assertThat(problemOfPostgres("allow-plaintext: yes")).contains("write true or false");
    assertThat(problemOfView("when-behind: wait")).contains("write serve or bypass");
    assertThat(problemOfView("version: v1")).contains("views.users.version: ").contains("\"1.0\"");
    assertThat(problemOfView("version: 1.256")).contains("0 to 255");
  }

  @Test
  void namesOfViewsAreRestricted() {
    for (String name : List.of("Users", "-users", "us ers", "us_ers", "u.s", "u".repeat(64))) {
      assertThat(problemOf("  users:", "  " + name + ":")).contains("is no name for a view; ");
    }
    assertThat(problemOf("  users:", "  \"\":")).contains("is no name for a view; ");
  }

  @Test
  void aLoadBindsThePlaceholdersAndNothingElse() {
    assertThat(problemOf("ANY(:id::bigint[])", "ANY('{1}')"))
        .contains(
            "views.users.load: does not bind `id`, a placeholder of `key`; write for example");
    assertThat(problemOf("ANY(:id::bigint[])", "ANY(:id::bigint[]) AND realm = ANY(:realm)"))
        .contains("views.users.load: binds `:realm`, which is not a placeholder of `key`");
  }

  @Test
  void aWatchThatDoesNotLogTheEntityKeyNeedsAQuery() {
    assertThat(problemOf("- table: public.users", "- {table: public.users, by: [user_id]}"))
        .startsWith(
            "freshet.yaml:8: views.users.watch[0]: `by` (user_id) is not the entity key (id)")
        .contains("ANY(:user_id)");
    assertThat(
            problemOf(
                "- table: public.users",
                "- {table: public.users, by: [a], keys: \"SELECT id FROM public.m WHERE b = ANY(:b)\"}"
                    .replace("= ANY(:b)", "= ANY(:a) AND c = ANY(:c)")))
        .contains("views.users.watch[0].keys: binds `:c`, which is not a column of `by`");
    assertThat(
            problemOf(
                "- table: public.users",
                "- {table: public.users, by: [a, b], keys: \"SELECT id FROM public.m WHERE b = ANY(:b)\"}"))
        .contains("views.users.watch[0].keys: does not bind `a`, a column of `by`");
  }

  @Test
  void watchesAreCheckedByThemselves() {
    assertThat(problemOf("watch:\n      - table: public.users\n", "reads: [public.users]\n"))
        .contains("views.users: `watch` is missing; ");
    assertThat(problemOf("watch:\n      - table: public.users\n", "watch: []\n"))
        .contains("views.users.watch: is an empty list; ");
    assertThat(problemOf("- table: public.users", "- {columns: [a]}"))
        .contains("views.users.watch[0]: `table` is missing; ");
    assertThat(problemOf("- table: public.users", "- table: users"))
        .contains("`users` is no schema-qualified table name; ");
    assertThat(problemOf("- table: public.users", "- table: freshet.change_log"))
        .contains("belongs to Postgres or to Freshet itself");
    assertThat(problemOf("- table: public.users", "- table: PG_CATALOG.pg_class"))
        .contains("belongs to Postgres or to Freshet itself");
    assertThat(problemOf("- table: public.users", "- {table: public.users, columns: [a, b, a]}"))
        .contains("views.users.watch[0].columns: names `a` twice");
    assertThat(problemOf("- table: public.users", "- {table: public.users, columns: []}"))
        .contains("views.users.watch[0].columns: is an empty list");
  }

  @Test
  void theSameWatchTwiceIsRefused() {
    assertThat(
            problemOf(
                "- table: public.users",
                "- table: public.users\n      - {table: Public.\"users\", by: [id], columns: [a]}"))
        .startsWith(
            "freshet.yaml:9: views.users.watch[1]: the table public.users is watched by id");
  }

  @Test
  void viewsWhoseKeysOverlapAreRefused() {
    assertThat(problemOf(VALID + "  others:\n" + VIEW.replace("user:{id}", "user:x:{id}")))
        .startsWith(
            "freshet.yaml:10: views.others.key: begins with `user:x:`, and that of view users with `user:`");
    assertThat(problemOf(VALID + "  others:\n" + VIEW.replace("user:{id}", "us{id}")))
        .contains("views.others.key: begins with `us`");
    assertThat(problemOf(VALID + "  others:\n" + VIEW)).contains("views.others.key: begins with");
  }

  @Test
  void noViewCanReachFreshetsOwnKeys() {
    for (String key : List.of("{freshet}:chain", "{freshet}:{id}", "{id}", "{id}:x")) {
      assertThat(problemsOf(VALID.replace("user:{id}", key)))
          .anyMatch(p -> p.contains("views.users.key: "));
    }
    assertThat(
            problemOf("url: \"redis://127.0.0.1\"", "url: \"redis://127.0.0.1\", namespace: a}b"))
        .contains("this is no YAML");
    assertThat(
            problemOf(
                "url: \"redis://127.0.0.1\"", "url: \"redis://127.0.0.1\", namespace: \"a}b\""))
        .contains("redis.namespace: `a}b` is no namespace; ");
  }

  @Test
  void postgresIsReachedInSafetyOrNotAtAll() {
    assertThat(problemOfPostgresUrl("jdbc:pgsql://db.example.org/shop"))
        .contains("unencrypted to another host; add ?ssl.mode=verify-full");
    assertThat(problemOfPostgresUrl("jdbc:pgsql://db.example.org/shop?ssl.mode=disable"))
        .contains("unencrypted to another host");
    assertThat(problemOfPostgresUrl("jdbc:pgsql://127.evil.org/shop")).contains("unencrypted");
    for (String mode : List.of("require", "prefer", "allow", "verify-ca", "VERIFY-FULL", "")) {
      assertThat(problemOfPostgresUrl("jdbc:pgsql://127.0.0.1/shop?ssl.mode=" + mode))
          .contains("does not verify the server; write ssl.mode=verify-full");
    }
    assertThat(problemOfPostgresUrl("jdbc:pgsql://127.0.0.1/shop?sslMode=verify-full"))
        .contains("has a parameter that is not among ssl.mode, ");
    assertThat(
            problemOfPostgresUrl("jdbc:pgsql://127.0.0.1/shop?ssl.mode=disable&ssl.mode=disable"))
        .contains("has the parameter `ssl.mode` twice");
    assertThat(problemOfPostgresUrl("jdbc:pgsql://127.0.0.1/shop?password=s3cret"))
        .doesNotContain("s3cret");
  }

  @Test
  void postgresIsReachedWithoutEncryptionOnlyOnPurpose() {
    FreshetConfig config =
        FreshetConfig.parse(
            VALID.replace(
                "url: \"jdbc:pgsql://127.0.0.1/shop\"",
                "url: \"jdbc:pgsql://db.example.org/shop\", allow-plaintext: true"),
            "freshet.yaml",
            name -> null);

    assertThat(config.postgres().host()).isEqualTo("db.example.org");
    assertThat(PostgresUrl.parse("jdbc:pgsql://localhost/shop").isLoopback()).isTrue();
    assertThat(PostgresUrl.parse("jdbc:pgsql://127.8.8.8/shop").isLoopback()).isTrue();
    assertThat(PostgresUrl.parse("jdbc:pgsql://[::1]:5433/shop"))
        .isEqualTo(new PostgresUrl("::1", 5433, "shop", false));
    assertThat(PostgresUrl.parse("jdbc:pgsql://[::1]:5433/shop").isLoopback()).isTrue();
    assertThat(PostgresUrl.parse("jdbc:pgsql://[fe80::1]/shop").isLoopback()).isFalse();
  }

  @Test
  void urlsOfPostgresNameOneHostAndADatabase() {
    for (String url :
        List.of(
            "jdbc:pgsql://127.0.0.1",
            "jdbc:pgsql://127.0.0.1/",
            "jdbc:pgsql:///shop",
            "jdbc:pgsql://a,b/shop",
            "jdbc:pgsql://my_host/shop",
            "jdbc:pgsql://127.0.0.1:x/shop",
            "jdbc:pgsql://127.0.0.1/shop/more",
            "jdbc:pgsql://127.0.0.1/shop#x")) {
      assertThat(problemOfPostgresUrl(url)).contains("postgres.url: does not name one host");
    }
    assertThat(problemOfPostgresUrl("jdbc:pgsql://127.0.0.1:0/shop")).contains("from 1 to 65535");
    assertThat(problemOfPostgresUrl("jdbc:pgsql:shop")).contains("is no URL of the driver");
  }

  @Test
  void urlsOfRedisAreOfThreeForms() {
    for (String url :
        List.of(
            "127.0.0.1:6379",
            "http://127.0.0.1",
            "redis-socket:///run/redis",
            "redis://",
            "redis://host:99999",
            "redis://host:0",
            "redis://host/one",
            "redis://a@b@host",
            "redis://host?timeout=1s")) {
      assertThat(problemOfRedisUrl(url)).contains("is no URL of a Redis that Freshet reads; write");
    }
    assertThat(problemOfRedisUrl("redis-sentinel://a:1,b:2/0")).contains("end it with #name");
    assertThat(problemOfRedisUrl("redis://a,b")).contains("as only redis-sentinel:// does");
    assertThat(problemOfRedisUrl("rediss://a#main")).contains("as only redis-sentinel:// does");
    assertThat(RedisUrl.parse("rediss://user:p%40ss@[::1]:6380/3"))
        .hasToString("rediss://[::1]:6380/3");
  }

  @Test
  void httpListensOnAHostAndAPort() {
    for (String listen :
        List.of("8080", ":8080", "host", "host:", "host:65536", "::1:80", "a/b:1")) {
      assertThat(problemOf("http: {listen: \"" + listen + "\"}\n" + VALID))
          .startsWith("freshet.yaml:1: http.listen: `" + listen + "` is no address to listen on; ");
    }
    assertThat(problemOf("http: {}\n" + VALID)).contains("http: `listen` is missing; ");
  }
}
