package dev.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.daemon.Servers;
import dev.freshet.postgres.Migrator;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoLeaks.class)
class VerifyCommandIT {
  @TempDir private Path directory;
  private TestDatabase database;
  private Path config;
  private Daemon daemon;
  private String out = "";
  private String err = "";

  @BeforeEach
  void prepare() throws Exception {
    database = TestServers.database();
    database.execute(
        "CREATE TABLE items (id bigint PRIMARY KEY, value int); INSERT INTO items SELECT i, 0 FROM generate_series(1, 5) AS i");
    config =
        Files.writeString(
            directory.resolve("freshet.yaml"),
            """
            postgres: {url: "%s", user: %s, password: "%s", doorbell: doorbell}
            redis: {url: "%s", timeout: 1s}
            views:
              items:
                key: "item:{id}"
                load: SELECT id, value FROM public.items WHERE id = ANY(:id::bigint[])
                watch: [{table: public.items}]
            """
                .formatted(
                    database.jdbcUrl(),
                    database.user(),
                    database.password(),
                    TestServers.redisUrl()));
    FreshetConfig loaded = FreshetConfig.load(config, name -> null);
    try (PostgresDatabase postgres = Servers.postgres(loaded.postgres())) {
      Migrator migrator = Servers.migrator(postgres, loaded);
      assertThat(migrator.migrate()).isNotEmpty();
    }
    daemon = new Daemon(loaded, Daemon.Options.DEFAULT);
    daemon.start();
    Awaitility.await().atMost(Duration.ofSeconds(15)).until(() -> daemon.status().isReady());
    daemon.loader().getAll("items", List.of("1", "2", "3", "4", "5"));
  }

  @AfterEach
  void close() throws SQLException {
    daemon.close();
    database.close();
  }

  private int verify(String... words) {
    CommandRun run =
        CommandRun.of(
            Stream.concat(Stream.of("verify", "--config", config.toString()), Stream.of(words))
                .toArray(String[]::new));
    out = run.out();
    err = run.err();
    return run.code();
  }

  private void changeUnseen() throws SQLException {
    database.execute(
        "SET session_replication_role = replica; UPDATE items SET value = 7 WHERE id = 3");
  }

  @Test
  void nothingStaleEndsWith0() {
    assertThat(verify("items")).isEqualTo(ExitCode.DONE);
    assertThat(out).contains("compared 5 keys of items: 0 stale, 0 changed while being compared");
    assertThat(err).isEmpty();
  }

  @Test
  void aStaleKeyIsNamedAndEndsWith1UntilItIsRepaired() throws Exception {
    changeUnseen();
    assertThat(verify("items")).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(out).contains("stale  3  (loaded 20").contains("compared 5 keys of items: 1 stale");

    assertThat(verify("items", "--repair")).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(out).contains("logged the eviction of 1 stale keys");
    Awaitility.await()
        .atMost(Duration.ofSeconds(15))
        .until(() -> verify("items", "--sample", "5") == ExitCode.DONE);
  }

  @Test
  void jsonNamesTheStaleKeys() throws Exception {
    changeUnseen();
    assertThat(verify("items", "--json")).isEqualTo(ExitCode.NOT_FOUND);
    JsonNode json = new ObjectMapper().readTree(out);
    assertThat(json.get("good").asBoolean()).isFalse();
    assertThat(json.get("compared").asInt()).isEqualTo(5);
    assertThat(json.get("stale").asInt()).isEqualTo(1);
    assertThat(json.get("staleKeys").get(0).asText()).isEqualTo("3");
  }

  @Test
  void withoutADaemonItSaysThatNobodyVouches() throws Exception {
    daemon.close();
    changeUnseen();
    assertThat(verify("items")).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(out).contains("no daemon has confirmed in the last 2 s");
  }

  @Test
  void badWordsAreRefused() {
    assertThat(verify("item")).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("items");
    assertThat(verify("items", "--sample", "0")).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("--sample is at least 1");
    assertThat(verify("items", "--sample", "many")).isEqualTo(ExitCode.USAGE);
  }
}
