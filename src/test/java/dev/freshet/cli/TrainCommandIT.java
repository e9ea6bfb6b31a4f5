package dev.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Servers;
import dev.freshet.postgres.Migrator;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@ExtendWith(NoLeaks.class)
class TrainCommandIT {
  @TempDir private Path directory;
  private TestDatabase database;
  private Path config;
  private String out = "";
  private String err = "";

  @BeforeEach
  void prepare() throws Exception {
    database = TestServers.database();
    database.execute(
        "CREATE TABLE items (id bigint PRIMARY KEY, name text, tags text[]); INSERT INTO items SELECT i, 'item number ' || i, ARRAY['a tag', 'another tag', 'tag ' || i % 7] FROM generate_series(1, 300) AS i");
    config = Files.writeString(directory.resolve("freshet.yaml"), yaml(database.jdbcUrl()));
    FreshetConfig loaded = FreshetConfig.load(config, name -> null);
    try (PostgresDatabase postgres = Servers.postgres(loaded.postgres())) {
      Migrator migrator = Servers.migrator(postgres, loaded);
      assertThat(migrator.migrate()).isNotEmpty();
    }
  }

  private String yaml(String postgresUrl) {
    String view =
        """
          %1$s:
            key: "%1$s:{id}"
            load: SELECT id, name, tags FROM public.items WHERE id = ANY(:id::bigint[])
            watch: [{table: public.items}]
            codec: %1$s
        """;
    return """
        postgres: {url: "%s", user: %s, password: "%s", doorbell: doorbell, connect-timeout: 1s}
        redis: {url: "redis://127.0.0.1:1"}
        views:
        """
            .formatted(postgresUrl, database.user(), database.password())
        + view.formatted("packed")
        + view.formatted("zstd")
        + view.formatted("json");
  }

  @AfterEach
  void close() throws SQLException {
    database.close();
  }

  private int train(String... words) {
    StringWriter outText = new StringWriter();
    StringWriter errText = new StringWriter();
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(outText));
    commandLine.setErr(new PrintWriter(errText));
    int code =
        commandLine.execute(
            Stream.concat(Stream.of("train", "--config", config.toString()), Stream.of(words))
                .toArray(String[]::new));
    commandLine.getOut().flush();
    commandLine.getErr().flush();
    out = outText.toString();
    err = errText.toString();
    return code;
  }

  @Test
  void aTrainingSaysWhatItFoundAndStoresItWithPostgresAlone() {
    assertThat(train("packed")).as(err).isEqualTo(ExitCode.DONE);
    assertThat(out)
        .contains("sampled 300 documents of packed; 60 measure, the others train")
        .contains("packed with dictionary")
        .contains("stored as version 1");
    assertThat(err).isEmpty();

    assertThat(train("zstd")).as(err).isEqualTo(ExitCode.DONE);
    assertThat(out).contains("zstd with dictionary").contains("stored as version 1");
  }

  @Test
  void aReportStoresNothing() throws Exception {
    assertThat(train("packed", "--report", "--sample", "100")).isEqualTo(ExitCode.DONE);
    assertThat(out).contains("sampled 100 documents").contains("not stored (--report)");

    assertThat(train("packed", "--report", "--json")).isEqualTo(ExitCode.DONE);
    JsonNode report = new ObjectMapper().readTree(out);
    assertThat(report.get("stored").asBoolean()).isFalse();
    assertThat(report.has("version")).isFalse();
    assertThat(report.get("measured").asInt()).isEqualTo(60);
    assertThat(report.get("bytesWith").asLong())
        .isPositive()
        .isLessThan(report.get("bytesWithout").asLong());
    assertThat(report.get("bytesWithout").asLong()).isLessThan(report.get("jsonBytes").asLong());
    assertThat(train("packed")).isEqualTo(ExitCode.DONE);
    assertThat(out).contains("stored as version 1");
  }

  @Test
  void badUsageIsToldApartFromTooLittleData() throws Exception {
    assertThat(train("other")).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("there is no view `other`");
    assertThat(train("json")).isEqualTo(ExitCode.USAGE);
    assertThat(err)
        .contains("the codec of view json is json, which uses no dictionaries")
        .contains("zstd, packed");
    assertThat(train("packed", "--sample", "19")).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("--sample is 20 to 100000");

    database.execute("DELETE FROM items WHERE id > 5");
    assertThat(train("packed")).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(err).contains("of 5 entities drawn from public.items, 5 have a document");

    Files.writeString(config, yaml("jdbc:pgsql://127.0.0.1:1/none"));
    assertThat(train("packed")).isEqualTo(ExitCode.UNREACHABLE);
  }
}
