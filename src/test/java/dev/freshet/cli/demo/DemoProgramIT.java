package dev.freshet.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.freshet.cli.Main;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a program of its own, from its start to SIGTERM. */
class DemoProgramIT {
  private static final Duration SHOW_MAX = Duration.ofMinutes(3);
  private static final Duration END_MAX = Duration.ofSeconds(30);
  private static final int ENDED_BY_SIGTERM = 143;

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Process> programs = new ArrayList<>();
  private Path temporary = Path.of("");
  private Path out = Path.of("");
  private Path err = Path.of("");

  @BeforeEach
  void nameFiles(@TempDir Path directory) throws IOException {
    // Root runs Postgres as another user, who must be able to pass.
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    temporary = Files.createDirectory(directory.resolve("tmp"));
    out = directory.resolve("out");
    err = directory.resolve("err");
  }

  @AfterEach
  void endPrograms() throws InterruptedException {
    for (Process program : programs) {
      program.destroy();
      if (!program.waitFor(END_MAX.toSeconds(), TimeUnit.SECONDS)) {
        program.destroyForcibly();
      }
    }
  }

  @Test
  void itServesUntilSigtermAndLeavesNothingBehind() throws Exception {
    Process demo = start("artifacts", "demo", "--http-port", "0");
    await().atMost(SHOW_MAX).until(() -> !demo.isAlive() || printed().contains("\n  Log "));
    assertThat(Files.readString(err)).isEmpty();
    assertThat(printed()).contains("Summary").contains("GET      hit: from Redis");
    assertThat(demo.isAlive()).isTrue();

    assertThat(urls("-i|-s"))
        .hasSize(6)
        .allSatisfy(url -> assertThat(answer("GET", url)).isEqualTo(200));
    assertThat(urls("-sX DELETE"))
        .hasSize(1)
        .allSatisfy(url -> assertThat(answer("DELETE", url)).isEqualTo(202));
    List<ProcessHandle> servers = demo.descendants().toList();
    assertThat(servers).hasSizeGreaterThan(2);
    assertThat(left()).contains("freshet-demo-", "freshet-postgres-", "freshet-redis-");

    demo.destroy();

    assertThat(demo.waitFor(END_MAX.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(demo.exitValue()).isEqualTo(ENDED_BY_SIGTERM);
    assertThat(Files.readString(err)).isEmpty();
    assertThat(printed()).endsWith("Stopping Freshet, Redis and Postgres\n");
    assertThat(servers).noneMatch(ProcessHandle::isAlive);
    assertThat(left())
        .as("but for the cache of what artifacts hold")
        .containsOnly("freshet-servers-");
  }

  @Test
  void serversThatCannotBeFoundEndItWithThree() throws Exception {
    Process demo = start("neither", "demo", "--once", "--http-port", "0");

    assertThat(demo.waitFor(END_MAX.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(demo.exitValue()).isEqualTo(3);
    assertThat(Files.readString(err))
        .isEqualTo("freshet: FRESHET_SERVERS is `neither`; it can be machine or artifacts\n");
    assertThat(left()).isEmpty();
  }

  @Test
  void aPortThatIsTakenIsRefusedBeforeAnythingStarts() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Process demo =
          start("machine", "demo", "--once", "--http-port", Integer.toString(taken.getLocalPort()));

      assertThat(demo.waitFor(END_MAX.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(demo.exitValue()).isEqualTo(2);
      assertThat(Files.readString(err))
          .contains("cannot listen on port %d of 127.0.0.1".formatted(taken.getLocalPort()));
      assertThat(printed()).isEmpty();
    }
  }

  private Process start(String servers, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djava.io.tmpdir=" + temporary);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("FRESHET_SERVERS", servers);
    Process program = builder.start();
    programs.add(program);
    return program;
  }

  private String printed() throws IOException {
    return Files.readString(out);
  }

  /** The URLs that the program says to call with one of these options. */
  private List<String> urls(String options) throws IOException {
    return Pattern.compile("(?m)^  curl (?:%s) (\\S+)$".formatted(options))
        .matcher(printed())
        .results()
        .map((MatchResult found) -> found.group(1))
        .toList();
  }

  private int answer(String method, String url) {
    try {
      HttpResponse<Void> response =
          http.send(
              HttpRequest.newBuilder(URI.create("http://" + url))
                  .method(method, HttpRequest.BodyPublishers.noBody())
                  .build(),
              BodyHandlers.discarding());
      return response.statusCode();
    } catch (IOException e) {
      throw new AssertionError(method + " " + url, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(method + " " + url, e);
    }
  }

  /** What is in the program's directory for temporary files, without what makes names unique. */
  private List<String> left() throws IOException {
    try (Stream<Path> files = Files.list(temporary)) {
      return files.map(file -> file.getFileName().toString().replaceAll("\\d+$", "")).toList();
    }
  }
}
