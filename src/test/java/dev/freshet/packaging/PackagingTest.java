package dev.freshet.packaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.freshet.cli.ExitCode;
import dev.freshet.config.FreshetConfig;
import dev.freshet.servers.ProgramsOnPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files that run Freshet for real hold together, and hold no secret. */
final class PackagingTest {
  private static final Path UNIT = Path.of("packaging/freshet.service");
  private static final Path COMPOSE = Path.of("compose.yaml");
  private static final Path COMPOSE_CONFIG = Path.of("packaging/compose/freshet.yaml");
  private static final String JAR = "/usr/lib/freshet/freshet.jar";
  private static final String ARCHIVE = "/var/cache/freshet/classes.jsa";

  @Test
  void theUnitSaysHowFreshetIsRunAndEnded() throws IOException {
    Map<String, List<String>> service = sections(UNIT).getOrDefault("Service", Map.of());

    assertThat(service)
        .containsEntry("Type", List.of("exec"))
        .containsEntry("DynamicUser", List.of("yes"))
        .containsEntry("EnvironmentFile", List.of("/etc/freshet/freshet.env"))
        .containsEntry("CacheDirectory", List.of("freshet"))
        .containsEntry("Restart", List.of("on-failure"))
        .containsEntry("RestartPreventExitStatus", List.of(Integer.toString(ExitCode.USAGE)))
        .containsEntry("SuccessExitStatus", List.of("143"))
        .containsEntry("TimeoutStopSec", List.of("15"))
        .containsEntry("NoNewPrivileges", List.of("yes"))
        .containsEntry("CapabilityBoundingSet", List.of(""))
        .containsEntry("ProtectSystem", List.of("strict"))
        .doesNotContainKey("MemoryDenyWriteExecute");
    assertThat(service.get("ExecStart"))
        .singleElement()
        .asString()
        .startsWith("/usr/bin/java ")
        .contains(" -XX:SharedArchiveFile=" + ARCHIVE + " ")
        .endsWith(" -jar " + JAR + " run --config /etc/freshet/freshet.yaml");
    assertThat(service.get("ExecStartPre"))
        .singleElement()
        .asString()
        .startsWith("-/bin/sh -c 'test " + ARCHIVE + " -nt " + JAR + " || ")
        .contains(" -XX:ArchiveClassesAtExit=" + ARCHIVE + " ")
        .endsWith(" run --until-ready --config /etc/freshet/freshet.yaml'");
    assertThat(sections(UNIT).getOrDefault("Install", Map.of())).containsKey("WantedBy");
  }

  /** Where systemd's tool is; elsewhere the test above has read what the unit must say. */
  @Test
  void systemdUnderstandsTheUnit(@TempDir Path directory) throws IOException, InterruptedException {
    Optional<Path> tool = ProgramsOnPath.find("systemd-analyze");
    if (tool.isEmpty()) {
      assertThat(sections(UNIT)).containsOnlyKeys("Unit", "Service", "Install");
      return;
    }
    String unit = Files.readString(UNIT).replace("/usr/bin/java", java());

    assertThat(complaints(tool.get(), directory, unit)).isEmpty();
    assertThat(
            complaints(
                tool.get(), directory, unit.replace("TimeoutStopSec=15", "TimeoutStopSec=soon")))
        .as("what the tool says of a unit that is wrong")
        .isNotEmpty();
  }

  @Test
  void theCompositionMigratesFirstAndKeepsTheDaemonSmall() throws IOException {
    JsonNode services = yaml(COMPOSE).path("services");

    assertThat(names(services))
        .containsExactlyInAnyOrder("postgres", "redis", "migrate", "freshet");
    assertThat(services.path("migrate").at("/depends_on/postgres/condition").asText())
        .isEqualTo("service_healthy");
    JsonNode freshet = services.path("freshet");
    assertThat(freshet.at("/depends_on/migrate/condition").asText())
        .isEqualTo("service_completed_successfully");
    assertThat(freshet.at("/depends_on/redis/condition").asText()).isEqualTo("service_healthy");
    assertThat(freshet.path("read_only").asBoolean()).isTrue();
    for (String service : List.of("postgres", "redis")) {
      assertThat(services.path(service).path("healthcheck").has("test")).as(service).isTrue();
    }
    assertThat(Files.readString(Path.of(freshet.at("/build/dockerfile").asText())))
        .contains("COPY target/freshet.jar " + JAR, "\"-jar\", \"" + JAR + "\"", "HEALTHCHECK");
    assertThat(COMPOSE_CONFIG).isRegularFile();
    assertThat(Path.of("packaging/compose/init.sh")).isExecutable();
  }

  @Test
  void theCompositionsConfigurationIsAccepted() {
    FreshetConfig config =
        FreshetConfig.load(
            COMPOSE_CONFIG, Map.of("FRESHET_PG_PASSWORD", "a", "REDIS_PASSWORD", "b")::get);

    assertThat(config.views()).hasSize(1);
  }

  @Test
  void noSecretIsWrittenDown() throws IOException {
    List<String> written = new ArrayList<>();
    for (JsonNode service : yaml(COMPOSE).path("services")) {
      service.path("environment").properties().stream()
          .filter(variable -> isSecret(variable.getKey()))
          .filter(variable -> !variable.getValue().asText().matches("\\$\\{\\w+:\\?[^}]*}"))
          .forEach(variable -> written.add(COMPOSE + ": " + variable.getKey()));
    }
    for (Path file : List.of(Path.of(".env.example"), Path.of("packaging/freshet.env.example"))) {
      Files.readAllLines(file).stream()
          .filter(line -> isSecret(line.replaceFirst("=.*", "")) && !line.endsWith("="))
          .filter(line -> !line.startsWith("#"))
          .forEach(line -> written.add(file + ": " + line));
    }
    assertThat(written).isEmpty();
    assertThat(Files.readString(UNIT).lines().filter(line -> !line.startsWith("#")))
        .noneMatch(PackagingTest::isSecret);
    assertThat(Files.readString(Path.of("packaging/Dockerfile")))
        .doesNotContainIgnoringCase("password");
  }

  private static boolean isSecret(String name) {
    return name.matches("(?i).*(password|secret|token|credential).*");
  }

  private static JsonNode yaml(Path file) throws IOException {
    return new ObjectMapper(new YAMLFactory()).readTree(file.toFile());
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** A unit's keys and all their values, by section. */
  private static Map<String, Map<String, List<String>>> sections(Path unit) throws IOException {
    Map<String, Map<String, List<String>>> sections = new LinkedHashMap<>();
    String section = "";
    for (String line : Files.readAllLines(unit)) {
      if (line.startsWith("[")) {
        section = line.substring(1, line.indexOf(']'));
        sections.put(section, new LinkedHashMap<>());
      } else if (!line.isBlank() && !line.startsWith("#")) {
        String[] pair = line.split("=", 2);
        assertThat(pair).as("a line of the unit: %s", line).hasSize(2);
        sections
            .computeIfAbsent(section, s -> new LinkedHashMap<>())
            .computeIfAbsent(pair[0], key -> new ArrayList<>())
            .add(pair[1]);
      }
    }
    return sections;
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** What {@code systemd-analyze verify} says of the unit; not what it says of the machine's. */
  private static List<String> complaints(Path tool, Path directory, String unit)
      throws IOException, InterruptedException {
    Path file = directory.resolve(UNIT.getFileName());
    Files.writeString(file, unit);
    Process process =
        new ProcessBuilder(tool.toString(), "verify", "--man=no", file.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.waitFor();
    return output.lines().filter(line -> line.contains(UNIT.getFileName().toString())).toList();
  }
}
