package dev.freshet.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What every kind of test server promises; run it once for each FRESHET_TEST_SERVERS. */
class ServersContractIT {

  @Test
  void eachTestHasADatabaseOfItsOwn() throws SQLException {
    TestDatabase one = TestServers.database();
    TestDatabase two = TestServers.database();
    one.execute("CREATE TABLE t (n integer); INSERT INTO t VALUES (1), (2)");
    two.execute("CREATE TABLE t (n integer)");

    assertThat(count(one)).isEqualTo(2);
    assertThat(count(two)).isZero();

    one.close();
    assertThatThrownBy(() -> count(one)).isInstanceOf(SQLException.class);
  }

  @Test
  void eachTestHasALogicalRedisOfItsOwn() {
    String one = TestServers.redisUrl();
    String two = TestServers.redisUrl();
    assertThat(one).isNotEqualTo(two);
    redis(one, commands -> commands.sync().set("k", "1"));
    assertThat(redis(one, commands -> commands.sync().dbsize())).isEqualTo("1");
    assertThat(redis(two, commands -> commands.sync().dbsize())).isEqualTo("0");
  }

  @Test
  void anOwnPostgresSurvivesStopKillAndPause() throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try (PostgresServer server = TestServers.ownPostgres(Map.of("max_connections", "23"))) {
      final int port = server.port();
      TestDatabase database = server.createDatabase();
      database.execute("CREATE TABLE t AS SELECT 1 AS n");
      server.stop();
      assertThatThrownBy(() -> count(database)).isInstanceOf(SQLException.class);
      server.start();
      database.execute("INSERT INTO t VALUES (2)");
      server.kill();
      server.start();
      assertThat(count(database)).isEqualTo(2);

      server.pause();
      Future<Long> answer = pool.submit(() -> count(database));
      assertThatThrownBy(() -> answer.get(300, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      server.resume();
      assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(2);

      assertThat(server.port()).isEqualTo(port);
      assertThat(value(database, "SHOW max_connections")).isEqualTo("23");
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void anOwnRedisSurvivesStopKillPauseAndRestore() throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try (RedisServer server = TestServers.ownRedis(Map.of("maxmemory-policy", "allkeys-lru"))) {
      final int port = server.port();
      set(server, "a");
      server.stop();
      server.start();
      final byte[] saved = server.rdb();
      set(server, "b");
      assertThat(keys(server)).isEqualTo(2);
      server.kill();
      server.start();
      assertThat(keys(server)).isEqualTo(1);
      set(server, "c");
      server.stopWithoutSaving();
      server.start();
      assertThat(keys(server)).isEqualTo(1);

      server.pause();
      Future<Long> answer = pool.submit(() -> keys(server));
      assertThatThrownBy(() -> answer.get(300, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      server.resume();
      assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(1);

      server.kill();
      server.startEmpty();
      assertThat(keys(server)).isZero();
      assertThatThrownBy(() -> server.restore(saved)).isInstanceOf(IllegalStateException.class);
      server.stop();
      server.restore(saved);
      server.start();
      assertThat(keys(server)).isEqualTo(1);

      assertThat(server.port()).isEqualTo(port);
      assertThat(redis(server.url(), c -> c.sync().configGet("maxmemory-policy")))
          .contains("allkeys-lru");
    } finally {
      pool.shutdownNow();
    }
  }

  private static void set(RedisServer server, String key) {
    redis(server.url(), connection -> connection.sync().set(key, "1"));
  }

  private static long keys(RedisServer server) {
    return Long.parseLong(redis(server.url(), connection -> connection.sync().dbsize()));
  }

  private static String redis(
      String url, Function<StatefulRedisConnection<String, String>, Object> work) {
    RedisClient client = RedisClient.create(url);
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      return String.valueOf(work.apply(connection));
    } finally {
      client.shutdown();
    }
  }

  private static long count(TestDatabase database) throws SQLException {
    return Long.parseLong(value(database, "SELECT count(*) FROM t"));
  }

  private static String value(TestDatabase database, String sql) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      assertThat(row.next()).isTrue();
      return row.getString(1);
    }
  }
}
