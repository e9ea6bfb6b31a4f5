package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.freshet.config.LoaderConfig;
import dev.freshet.servers.FreshetProcess;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A daemon with a heap of 96 MB, as the service starts it, of which more is asked than it can do:
 * 50,000 keys at once, none of which can be loaded, for their table is locked.
 */
@ExtendWith(NoLeaks.class)
class SmallHeapIT {
  private static final int KEYS = 50_000;
  private static final int BATCH_KEYS = 1_000;
  private static final int SINGLES_WANTED = 2_000;

  /** Of this JVM and of the daemon, beside the connections between them. */
  private static final int OTHER_FILES = 1_000;

  /** What the HTTP interface and the loader say in the documentation of their bounds. */
  private static final int KEYS_IN_FLIGHT_MAX = 20_000;

  private static final int LOADS_AT_ONCE = LoaderConfig.DEFAULT.concurrency();
  private static final int WAITING_MAX = LoaderConfig.DEFAULT.waitingMax();
  private static final long HEAP_BYTES = 96L << 20;

  @TempDir private Path directory;
  private TestDatabase database;
  private Shop shop;

  @BeforeEach
  void prepare() throws SQLException {
    database = TestServers.database();
    shop = new Shop(database, TestServers.redisUrl());
    shop.execute("INSERT INTO items SELECT i, 0, 'a' FROM generate_series(101, 50000) AS i");
  }

  @AfterEach
  void close() throws SQLException {
    shop.close();
    database.close();
  }

  private static List<String> serviceOptions() throws IOException {
    Matcher options =
        Pattern.compile("(?m)^Environment=\"FRESHET_JAVA_OPTS=(.*)\"$")
            .matcher(Files.readString(Path.of("packaging/freshet.service")));
    assertThat(options.find()).isTrue();
    return List.of(options.group(1).replaceFirst("-Xmx\\w+", "-Xmx96m").split(" ", -1));
  }

  /** As many as the limit on open files allows in both processes, in whole batches' worth. */
  private static int singles() {
    long files =
        ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
            .getMaxFileDescriptorCount();
    int possible = (int) Math.min(SINGLES_WANTED, files - OTHER_FILES);
    assertThat(possible).as("connections that the limit on files allows").isPositive();
    return possible / BATCH_KEYS * BATCH_KEYS;
  }

  private static String single(int id) {
    return "GET /v1/views/items/features/%d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        .formatted(id);
  }

  private static String batch(int firstId) {
    String body =
        IntStream.range(firstId, firstId + BATCH_KEYS)
            .mapToObj(id -> "\"" + id + "\"")
            .collect(Collectors.joining(",", "{\"keys\":[", "]}"));
    return "POST /v1/views/items/features:batch HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(body.length(), body);
  }

  @Test
  void fiftyThousandWaitingKeysFitIntoASmallHeap() throws Exception {
    String yaml =
        shop.yaml().replace("connect-timeout: 5s", "connect-timeout: 5s\n  load-deadline: 120s");
    shop.migrate(Shop.parse(yaml));
    try (FreshetProcess daemon = FreshetProcess.start(directory, yaml, serviceOptions(), Map.of());
        Connection locking = database.connect();
        Statement lock = locking.createStatement();
        Requests requests = new Requests(daemon.port())) {
      daemon.awaitReady();
      locking.setAutoCommit(false);
      lock.execute("LOCK TABLE public.items IN ACCESS EXCLUSIVE MODE");
      int next = 1;
      // A load that waits for a connection too long fails, and leaves its place to others.
      for (int loads = 1; loads <= LOADS_AT_ONCE; loads++, next += BATCH_KEYS) {
        requests.send(batch(next), BATCH_KEYS);
        int wanted = loads;
        Shop.soon().until(() -> loadsThatWait(lock) >= wanted);
      }
      for (int singles = singles(); singles > 0; singles--, next++) {
        requests.send(single(next), 1);
      }
      for (; next <= KEYS; next += BATCH_KEYS) {
        requests.send(batch(next), BATCH_KEYS);
      }
      requests.awaitAnswered(KEYS - KEYS_IN_FLIGHT_MAX);
      int taken = KEYS - requests.keysAnswered();
      assertThat(taken)
          .as("one batch more would have been too much")
          .isGreaterThan(KEYS_IN_FLIGHT_MAX - BATCH_KEYS);
      assertThat(requests.answers())
          .allSatisfy(
              answer ->
                  assertThat(answer)
                      .startsWith("HTTP/1.1 503")
                      .contains("Retry-After: 1", "urn:freshet:problem:overloaded"));
      Shop.within(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(refusedLoads(daemon)).isEqualTo(taken - WAITING_MAX));
      while (requests.answers().stream().noneMatch(String::isEmpty)) {
        requests.send("", 0);
        requests.read();
      }
      collect(daemon.pid());
      assertThat(daemon.metric("jvm_memory_used_bytes{area=\"heap\""))
          .isLessThan(HEAP_BYTES * 0.75);

      locking.rollback();
      requests.awaitAnswered(KEYS);
      long documents =
          requests.count("\"document\":0")
              + requests.answers().stream().filter(SmallHeapIT::isTheItem).count();
      assertThat(documents).isEqualTo(WAITING_MAX);
      assertThat(requests.count("\"kind\":\"overloaded\"")).isEqualTo(taken - WAITING_MAX);
      goesOnEvicting(daemon);
    }
  }

  private static int loadsThatWait(Statement statement) throws SQLException {
    try (ResultSet waiting =
        statement.executeQuery(
            "SELECT count(DISTINCT pid) FROM pg_locks"
                + " WHERE NOT granted AND relation = 'public.items'::regclass")) {
      waiting.next();
      return waiting.getInt(1);
    }
  }

  private static boolean isTheItem(String answer) {
    return answer.startsWith("HTTP/1.1 200") && answer.endsWith("\r\n\r\n0");
  }

  private static int refusedLoads(FreshetProcess daemon) {
    return (int) daemon.metric("freshet_errors_total{kind=\"overloaded\"}");
  }

  private void goesOnEvicting(FreshetProcess daemon) throws SQLException {
    Shop.soon().until(() -> daemon.get("/health/ready").statusCode() == 200);
    Shop.soon()
        .until(
            () -> {
              daemon.get("/v1/views/items/features/1");
              return shop.holds("item:1");
            });
    shop.execute("UPDATE items SET value = 1 WHERE id = 1");
    shop.awaitGone("item:1");
    assertThat(daemon.isAlive()).isTrue();
  }

  private static void collect(long pid) throws Exception {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(pid),
                "GC.run")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(jcmd.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(jcmd.exitValue()).isZero();
  }
}
