package dev.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.servers.FreshetProcess;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.RedisServer;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** No secret is in anything that the program says, with all logging switched on. */
@ExtendWith(NoLeaks.class)
class SecretsIT {
  private static final Map<String, String> LOG_ALL = Map.of("FRESHET_LOG", "TRACE");
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  @TempDir private Path directory;
  private final String role = "canary_" + UUID.randomUUID().toString().replace("-", "");
  private TestDatabase database;
  private RedisServer redis;
  private Map<String, String> environment;

  @BeforeEach
  void plant() throws SQLException {
    database = TestServers.database();
    database.execute(
        "CREATE TABLE items (id bigint PRIMARY KEY, value int); INSERT INTO items VALUES (1, 0)");
    database.execute(
        "CREATE ROLE %s SUPERUSER LOGIN PASSWORD '%s'"
            .formatted(role, secret("CANARY_POSTGRES").replace("'", "''")));
    redis = TestServers.ownRedis();
    redis(null, commands -> commands.configSet("requirepass", secret("CANARY_REDIS")));
    environment = new HashMap<>(Canaries.ENVIRONMENT);
    environment.putAll(LOG_ALL);
    environment.put("CANARY_REDIS_URL", redisUrl("CANARY_REDIS"));
    environment.put("CANARY_WRONG_REDIS_URL", redisUrl("CANARY_WRONG"));
  }

  @AfterEach
  void close() throws SQLException {
    redis.close();
    database.execute("DROP OWNED BY " + role + " CASCADE; DROP ROLE " + role);
    database.close();
  }

  private static String secret(String name) {
    return Canaries.ENVIRONMENT.getOrDefault(name, "");
  }

  private String redisUrl(String canary) {
    return "redis://:%s@%s:%d/0"
        .formatted(Canaries.percentEncoded(secret(canary)), redis.host(), redis.port());
  }

  private void redis(@Nullable String password, Consumer<RedisCommands<String, String>> use) {
    RedisURI.Builder uri = RedisURI.builder().withHost(redis.host()).withPort(redis.port());
    if (password != null) {
      uri.withPassword(password.toCharArray());
    }
    RedisClient client = RedisClient.create(uri.build());
    try {
      use.accept(client.connect().sync());
    } finally {
      client.shutdown(0, 1, TimeUnit.SECONDS);
    }
  }

  private String good() {
    return """
        postgres:
          url: %s
          user: %s
          password: ${CANARY_POSTGRES}
          doorbell: doorbell
          connect-timeout: 5s
        redis:
          url: ${CANARY_REDIS_URL}
          timeout: 1s
        views:
          items:
            key: "item:{id}"
            load: SELECT id, value FROM public.items WHERE id = ANY(:id::bigint[])
            watch: [{table: public.items}]
        """
        .formatted(database.jdbcUrl(), role);
  }

  private String file(String name, String yaml) throws IOException {
    return Files.writeString(directory.resolve(name + ".yaml"), yaml).toString();
  }

  /** Configurations with which no command succeeds, by what is wrong with them. */
  private Map<String, String> bad() {
    String postgresUrl = database.jdbcUrl();
    return Map.of(
        "postgres-refuses",
        good().replace("${CANARY_POSTGRES}", "${CANARY_WRONG}"),
        "redis-refuses",
        good().replace("${CANARY_REDIS_URL}", "${CANARY_WRONG_REDIS_URL}"),
        "postgres-unreachable",
        good().replaceFirst("jdbc:pgsql://[^/]+/", "jdbc:pgsql://127.0.0.1:1/"),
        "redis-unreachable",
        good().replace("${CANARY_REDIS_URL}", "redis://:${CANARY_UNUSED}@127.0.0.1:1"),
        "secret-in-the-postgres-url",
        good().replace(postgresUrl, "jdbc:pgsql://freshet:${CANARY_POSTGRES}@127.0.0.1/x"),
        "redis-url-without-escapes",
        good().replace("${CANARY_REDIS_URL}", "redis://:${CANARY_REDIS}@127.0.0.1:6379"),
        "misspelt-key",
        good().replace("password:", "passwort:"),
        "secrets-where-none-belong",
        good()
            .replace("doorbell: doorbell", "doorbell: ${CANARY_POSTGRES}")
            .replace("timeout: 1s", "timeout: ${CANARY_REDIS}")
            .replace("user: " + role, "user: [\"${CANARY_POSTGRES}\"]"),
        "no-yaml",
        good()
            .replace(
                "password: ${CANARY_POSTGRES}",
                "password: \"" + secret("CANARY_POSTGRES").substring(0, 15)));
  }

  /** What a process that runs some commands in turn says. */
  private String output(List<String> commands) throws Exception {
    Path list = Files.write(directory.resolve("commands"), commands);
    Path output = directory.resolve("output-of-commands");
    ProcessBuilder builder =
        new ProcessBuilder(
                FreshetProcess.command(
                    List.of("-Xmx128m", "-XX:TieredStopAtLevel=1"),
                    CommandsInTurn.class.getName(),
                    list.toString()))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(180, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly().onExit().join();
    }
    return Files.readString(output);
  }

  private static List<String> exitCodes(String output) {
    return output
        .lines()
        .filter(line -> line.startsWith(CommandsInTurn.ENDED))
        .map(line -> line.substring(CommandsInTurn.ENDED.length()))
        .toList();
  }

  private static Stream<String> commands(String config, String... commands) {
    return Stream.of(commands).map(command -> command + " --config " + config);
  }

  @Test
  void aCanaryIsFoundHoweverItIsWritten() throws Exception {
    String secret = secret("CANARY_POSTGRES");
    assertThat(Canaries.in("x" + secret + "y")).hasSize(2);
    assertThat(Canaries.in("://u:" + Canaries.percentEncoded(secret) + "@h")).hasSize(2);
    assertThat(Canaries.in(secret.substring(0, 20))).hasSize(1);
    byte[] bytes = secret.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    assertThat(Canaries.in("Basic " + java.util.Base64.getEncoder().encodeToString(bytes)))
        .hasSize(2);
    assertThat(Canaries.in("pgCanaryHead")).isEmpty();
    assertThat(Canaries.in(output(List.of("leak CANARY_UNUSED", "leak CANARY_REDIS_URL"))))
        .as("planted on purpose")
        .hasSize(4);
  }

  @Test
  void noCommandTellsASecret() throws Exception {
    List<String> commands = new ArrayList<>();
    commands(
            file("good", good()),
            "migrate --dry-run",
            "migrate",
            "migrate --check",
            "status",
            "get items 1",
            "get items nonsense",
            "verify items",
            "evict items 1")
        .forEach(commands::add);
    int goodCommands = commands.size();
    for (Map.Entry<String, String> bad : bad().entrySet()) {
      commands(
              file(bad.getKey(), bad.getValue()),
              "run",
              "migrate --check",
              "status",
              "get items 1",
              "verify items",
              "evict items 1")
          .forEach(commands::add);
    }

    String output = output(commands);

    assertThat(Canaries.in(output)).as(output).isEmpty();
    List<String> codes = exitCodes(output);
    assertThat(codes).as(output).hasSize(commands.size());
    assertThat(codes.subList(0, goodCommands))
        .as(output)
        .containsExactly("0", "0", "0", "1", "0", "2", "0", "0");
    assertThat(codes.subList(goodCommands, codes.size())).contains("2", "3").doesNotContain("70");
  }

  @Test
  void aDaemonThatWorksAndOneThatIsShutOutTellNoSecret() throws Exception {
    output(commands(file("good", good()), "migrate").toList());
    Path own = Files.createDirectory(directory.resolve("daemon"));
    List<String> said = new ArrayList<>();
    try (FreshetProcess daemon =
        FreshetProcess.start(own, good(), List.of("-Xmx128m"), environment)) {
      daemon.awaitReady();
      ask(daemon, said);
      said.add(Files.readString(Path.of("/proc/%d/cmdline".formatted(daemon.pid()))));

      redis(
          secret("CANARY_REDIS"),
          commands -> {
            commands.configSet("requirepass", "another");
            commands.clientKill(io.lettuce.core.KillArgs.Builder.typeNormal().skipme(true));
          });
      awaitNotReady(daemon, "Redis");
      ask(daemon, said);
      redis("another", commands -> commands.configSet("requirepass", secret("CANARY_REDIS")));
      daemon.awaitReady();

      database.execute(
          "ALTER ROLE %s PASSWORD 'another'; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '%s'"
              .formatted(role, role));
      awaitNotReady(daemon, "Postgres");
      ask(daemon, said);
      said.add(daemon.output());
    }
    assertThat(said).as("the program's own logging").anyMatch(text -> text.contains("Z INFO "));
    assertThat(said).anyMatch(text -> text.contains("freshet_hits_total"));
    assertThat(said).anyMatch(text -> text.contains("urn:freshet:problem:load-failed"));
    assertThat(said).allSatisfy(text -> assertThat(Canaries.in(text)).as(text).isEmpty());
  }

  private static void awaitNotReady(FreshetProcess daemon, String why) {
    Awaitility.await()
        .atMost(DEADLINE)
        .until(() -> daemon.get("/health/ready").body().contains("retrying: "));
    assertThat(daemon.get("/health/ready").body()).as(why).contains("retrying");
  }

  private static void ask(FreshetProcess daemon, List<String> said) {
    List<HttpResponse<String>> answers = new ArrayList<>();
    for (String path :
        List.of(
            "/",
            "/health/live",
            "/health/ready",
            "/metrics",
            "/v1/stats",
            "/v1/views",
            "/v1/views/items/features/1",
            "/v1/views/items/features/%F0",
            "/v1/views/items/features/nonsense",
            "/v1/views/others/features/1",
            "/nothing")) {
      answers.add(daemon.get(path));
    }
    answers.add(daemon.post("/v1/views/items/features:batch", "{\"keys\":[\"1\",\"2\",\"x\"]}"));
    answers.add(daemon.post("/v1/views/items/features:batch", "{\"keys\":"));
    answers.forEach(answer -> said.add(answer.headers().map() + "\n" + answer.body()));
  }
}
