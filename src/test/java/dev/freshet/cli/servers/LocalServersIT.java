package dev.freshet.cli.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class LocalServersIT {
  private static final List<ProgramSource> ARTIFACTS = List.of(ProgramSource.ARTIFACTS);
  private static final Duration ANSWER = Duration.ofSeconds(5);

  // ---- Postgres

  @Test
  void aPostgresKeepsItsDataAndPortThroughStopsAndKills() throws SQLException {
    try (LocalPostgres postgres = LocalPostgres.start(Map.of())) {
      keepsDataThroughStopsAndKills(postgres);
    }
  }

  @Test
  void aPostgresFromItsArtifactDoesToo() throws SQLException {
    try (LocalPostgres postgres = LocalPostgres.start(Map.of(), ARTIFACTS)) {
      assertThat(postgres.program().toString()).contains("freshet-servers-");
      keepsDataThroughStopsAndKills(postgres);
    }
  }

  private static void keepsDataThroughStopsAndKills(LocalPostgres postgres) throws SQLException {
    final int port = postgres.port();
    execute(postgres, "CREATE TABLE t AS SELECT 1 AS n");

    postgres.stop();
    assertThat(postgres.isRunning()).isFalse();
    postgres.start();
    execute(postgres, "INSERT INTO t VALUES (2)");

    try (Connection open = connect(postgres)) { // so that there is a backend to be killed
      postgres.kill();
      assertThat(open.isValid(1)).isFalse();
    }
    postgres.start();
    assertThat(query(postgres, "SELECT sum(n) FROM t")).isEqualTo("3");

    postgres.pause();
    postgres.kill();
    postgres.start();
    assertThat(query(postgres, "SELECT count(*) FROM t")).isEqualTo("2");
    assertThat(postgres.port()).isEqualTo(port);
  }

  @Test
  void aPausedPostgresAnswersOnlyAfterItsPause() throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try (LocalPostgres postgres = LocalPostgres.start(Map.of());
        Connection connection = connect(postgres);
        Statement statement = connection.createStatement()) {
      postgres.pause();
      Future<Boolean> answer = pool.submit(() -> statement.execute("SELECT 1"));
      assertThatThrownBy(() -> answer.get(300, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      postgres.resume();
      assertThat(answer.get(10, TimeUnit.SECONDS)).isTrue();
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void settingsOverrideTheUsualOnesOfPostgres() throws SQLException {
    try (LocalPostgres postgres =
        LocalPostgres.start(
            Map.of("max_prepared_transactions", "7", "application_name", "it's \\ odd"))) {
      assertThat(query(postgres, "SHOW max_prepared_transactions")).isEqualTo("7");
      assertThat(query(postgres, "SHOW fsync")).isEqualTo("on");
      assertThat(query(postgres, "SHOW server_encoding")).isEqualTo("UTF8");
      assertThat(query(postgres, "SHOW unix_socket_directories")).isEmpty();
      execute(postgres, "ALTER SYSTEM SET max_prepared_transactions = 8");
      postgres.stop();
      postgres.start();
      assertThat(query(postgres, "SHOW max_prepared_transactions")).isEqualTo("8");
    }
  }

  @Test
  void aWrongPasswordIsRefused() {
    try (LocalPostgres postgres = LocalPostgres.start(Map.of())) {
      assertThatThrownBy(
              () -> DriverManager.getConnection(postgres.jdbcUrl("postgres"), "postgres", "wrong"))
          .hasMessageContaining("password authentication failed");
    }
  }

  @Test
  void aPostgresThatDoesNotStartSaysWhyAndLeavesNothing() throws IOException {
    leavesNothing(
        () ->
            assertThatThrownBy(() -> LocalPostgres.start(Map.of("shared_buffers", "rather many")))
                .isInstanceOf(ServerFailedException.class)
                .hasMessageContaining("while it started. Its log ends with")
                .hasMessageContaining("shared_buffers"));
  }

  /** In a directory of its own: in the usual one others start servers meanwhile. */
  private static void leavesNothing(Runnable failedStart) throws IOException {
    Path own = Files.createTempDirectory("freshet-own-");
    Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxr-xr-x"));
    String usual = System.setProperty("java.io.tmpdir", own.toString());
    try {
      assertThat(ServerDirectory.base(true)).isEqualTo(own);
      failedStart.run();
      assertThat(own).isEmptyDirectory();
      Files.delete(own);
    } finally {
      System.setProperty("java.io.tmpdir", usual);
    }
  }

  // ---- Redis

  @Test
  void aRedisKeepsWhatItSavedAndItsPort() throws IOException {
    try (LocalRedis redis = LocalRedis.start(Map.of())) {
      keepsWhatItSaved(redis);
    }
  }

  @Test
  void aRedisFromItsArtifactDoesToo() throws IOException {
    try (LocalRedis redis = LocalRedis.start(Map.of(), ARTIFACTS)) {
      assertThat(redis.program().toString()).contains("freshet-servers-");
      keepsWhatItSaved(redis);
    }
  }

  private static void keepsWhatItSaved(LocalRedis redis) throws IOException {
    final int port = redis.port();
    ask(redis, "SET a 1");
    redis.stop();
    redis.start();
    byte[] saved = Files.readAllBytes(redis.rdb());
    ask(redis, "SET b 1");
    assertThat(ask(redis, "EXISTS a b")).isEqualTo(":2");

    redis.kill();
    assertThat(redis.isRunning()).isFalse();
    redis.start();
    assertThat(ask(redis, "EXISTS a b")).isEqualTo(":1");

    ask(redis, "DEL a");
    redis.stopWithoutSaving();
    redis.start();
    assertThat(ask(redis, "EXISTS a")).isEqualTo(":1");

    redis.kill();
    redis.startEmpty();
    assertThat(ask(redis, "DBSIZE")).isEqualTo(":0");

    redis.stop();
    Files.write(redis.rdb(), saved);
    redis.start();
    assertThat(ask(redis, "EXISTS a")).isEqualTo(":1");
    assertThat(redis.port()).isEqualTo(port);
    assertThat(redis.url()).isEqualTo("redis://127.0.0.1:" + port);
  }

  @Test
  void aPausedRedisAnswersOnlyAfterItsPause() throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try (LocalRedis redis = LocalRedis.start(Map.of())) {
      redis.pause();
      Future<String> answer = pool.submit(() -> ask(redis, "PING"));
      assertThatThrownBy(() -> answer.get(300, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      redis.resume();
      assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo("+PONG");
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void settingsOverrideTheUsualOnesOfRedis() throws IOException {
    try (LocalRedis redis =
        LocalRedis.start(
            Map.of("appendonly", "yes", "save", "3600 1", "requirepass", "open-sesame"))) {
      assertThat(RedisLine.ask(redis.port(), Optional.empty(), "PING", ANSWER))
          .startsWith("-NOAUTH");
      assertThat(redis.url()).contains(":open-sesame@");
      String password = "AUTH open-sesame\r\n";
      assertThat(RedisLine.ask(redis.port(), Optional.empty(), password + "SET a 1", ANSWER))
          .isEqualTo("+OK");
      redis.stop();
      redis.start();
      redis.stop();
      assertThat(redis.rdb()).exists();
    }
  }

  @Test
  void aRedisThatDoesNotStartSaysWhyAndLeavesNothing() throws IOException {
    leavesNothing(
        () ->
            assertThatThrownBy(
                    () -> LocalRedis.start(Map.of("maxmemory-policy", "keep-everything")))
                .isInstanceOf(ServerFailedException.class)
                .hasMessageContaining("maxmemory-policy"));
  }

  // ---- both

  @Test
  void serversEndWithTheirJvm() throws Exception {
    Process jvm =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ServersUntilTheEnd.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      BufferedReader report = jvm.inputReader();
      List<Path> directories = List.of(Path.of(report.readLine()), Path.of(report.readLine()));
      List<ProcessHandle> servers = jvm.descendants().toList();
      assertThat(directories).allMatch(Files::exists);
      assertThat(servers).hasSizeGreaterThan(2);

      jvm.destroy();

      assertThat(jvm.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(directories).noneMatch(Files::exists);
      Awaitility.await()
          .untilAsserted(() -> assertThat(servers).noneMatch(LocalServersIT::isRunning));
    } finally {
      jvm.destroy();
    }
  }

  private static boolean isRunning(ProcessHandle process) {
    // What has ended but was not asked for its exit code has no command line any more.
    return process.isAlive() && process.info().commandLine().isPresent();
  }

  @Test
  void aFreePortIsNotOneForOutgoingConnections() {
    assertThat(FreePort.next()).isBetween(15_000, 32_000);
  }

  private static String ask(LocalRedis redis, String command) throws IOException {
    return RedisLine.ask(redis.port(), Optional.empty(), command, ANSWER);
  }

  private static Connection connect(LocalPostgres postgres) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", postgres.user());
    properties.setProperty("password", postgres.password());
    return DriverManager.getConnection(postgres.jdbcUrl("postgres"), properties);
  }

  private static void execute(LocalPostgres postgres, String sql) throws SQLException {
    try (Connection connection = connect(postgres);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String query(LocalPostgres postgres, String sql) throws SQLException {
    try (Connection connection = connect(postgres);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      assertThat(row.next()).isTrue();
      return row.getString(1);
    }
  }
}
