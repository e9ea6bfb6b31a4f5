package dev.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeaks.class)
class MigrateCommandIT {
  @TempDir private Path directory;
  private TestDatabase database;
  private Path config;
  private String out = "";
  private String err = "";

  @BeforeEach
  void prepare() throws Exception {
    database = TestServers.database();
    database.execute("CREATE TABLE items (id bigint PRIMARY KEY, value int)");
    config = configured("public.items");
  }

  @AfterEach
  void close() throws SQLException {
    database.close();
  }

  private Path configured(String table) throws IOException {
    return Files.writeString(
        directory.resolve("freshet.yaml"),
        """
        postgres: {url: "%s", user: %s, password: "%s", doorbell: doorbell}
        redis: {url: "redis://127.0.0.1:1/0"}
        views:
          items:
            key: "item's:{id}"
            load: SELECT id, value FROM %s WHERE id = ANY(:id::bigint[])
            watch: [{table: %s}]
        """
            .formatted(database.jdbcUrl(), database.user(), database.password(), table, table));
  }

  private int migrate(String... options) {
    CommandRun run =
        CommandRun.of(
            Stream.concat(Stream.of("migrate", "--config", config.toString()), Stream.of(options))
                .toArray(String[]::new));
    out = run.out();
    err = run.err();
    return run.code();
  }

  @Test
  void checkEndsWith1WhileSomethingIsPendingAndWith0Afterwards() {
    assertThat(migrate("--check")).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(out).contains("pending  watch items on public.items by id");
    assertThat(migrate()).isEqualTo(ExitCode.DONE);
    assertThat(out).contains("applied  watch items on public.items by id");
    assertThat(migrate("--check")).isEqualTo(ExitCode.DONE);
    assertThat(out).contains("nothing is pending");
  }

  @Test
  void aDryRunPrintsAScriptOrAList() throws Exception {
    assertThat(migrate("--dry-run")).isEqualTo(ExitCode.DONE);
    assertThat(out)
        .startsWith("-- What `freshet migrate` would run now. Nothing has been changed.\n")
        .contains(
            "\n-- schema freshet\nBEGIN;\nCREATE SCHEMA freshet;\nCOMMIT;\n",
            "\n-- V1 change log\nBEGIN;\n-- The change log: what changed",
            "\n-- watch items on public.items by id\nBEGIN;\nSET LOCAL lock_timeout = 2000;\n",
            "freshet.migration_history");
    assertThat(migrate("--dry-run", "--json")).isEqualTo(ExitCode.DONE);
    JsonNode planned = new ObjectMapper().readTree(out);
    assertThat(planned).hasSize(6);
    assertThat(planned.get(5).path("description").asText())
        .isEqualTo("watch items on public.items by id");
    assertThat(planned.get(5).path("statements").get(0).asText())
        .isEqualTo("SET LOCAL lock_timeout = 2000");
    assertThat(migrate()).isEqualTo(ExitCode.DONE);
    assertThat(migrate("--dry-run")).isEqualTo(ExitCode.DONE);
    assertThat(out).isEqualTo("-- nothing to do for `freshet migrate`\n");
  }

  @Test
  void uninstallSaysWhatItRemovedAndWhatRedisKeeps() {
    assertThat(migrate()).isEqualTo(ExitCode.DONE);
    assertThat(migrate("--uninstall", "--dry-run")).isEqualTo(ExitCode.DONE);
    assertThat(out).contains("DROP SCHEMA freshet CASCADE;\nCOMMIT;");
    assertThat(migrate("--uninstall")).isEqualTo(ExitCode.DONE);
    assertThat(out)
        .contains(
            "removed  schema freshet",
            "redis-cli --scan --pattern 'item'\\''s:*' | tr '\\n' '\\0' | xargs -0 -r redis-cli unlink",
            "redis-cli unlink '{freshet}:chain' '{freshet}:fresh' '{freshet}:dictionary:items'");
    assertThat(migrate("--uninstall")).isEqualTo(ExitCode.DONE);
    assertThat(out).isEqualTo("nothing is installed" + System.lineSeparator());
  }

  @Test
  void aRefusedConfigurationEndsWith2AndTellsAll() throws Exception {
    configured("public.nowhere");
    assertThat(migrate()).isEqualTo(ExitCode.USAGE);
    assertThat(err)
        .contains(
            "2 problems:", "views.items.load: does not run", "there is no table public.nowhere");
    assertThat(migrate("--dry-run")).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void anUnreachableServerEndsWith3() throws Exception {
    Files.writeString(
        config,
        Files.readString(config).replaceAll("jdbc:pgsql://[^/]*/", "jdbc:pgsql://127.0.0.1:1/"));
    assertThat(migrate()).isEqualTo(ExitCode.UNREACHABLE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--check --dry-run",
        "--check --uninstall",
        "--force",
        "--dry-run --force",
        "--uninstall --dry-run --force"
      })
  void optionsThatExcludeEachOtherAreBadUsage(String options) {
    assertThat(migrate(options.split(" ", -1))).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("Try: freshet migrate --help");
  }
}
