package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.freshet.codec.StoredDictionary;
import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.daemon.Servers;
import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.loading.LoadFailedException;
import dev.freshet.postgres.ChangeLogRing;
import dev.freshet.postgres.ChangeLogStatus;
import dev.freshet.postgres.MigrationException;
import dev.freshet.postgres.Migrator;
import dev.freshet.postgres.PostgresChangeLog;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.PostgresDictionaries;
import dev.freshet.postgres.PostgresEvictions;
import dev.freshet.postgres.PostgresRefusedException;
import dev.freshet.postgres.Uninstaller;
import dev.freshet.servers.ExpectedLog;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The grants in docs/operations.md are enough for the migrator and the daemon, and none of them can
 * be left out.
 */
@ExtendWith(NoLeaks.class)
class LeastGrantsIT {
  private static final AtomicInteger ROUND = new AtomicInteger();
  private static final String YAML =
      """
      postgres:
        url: %s
        user: %s
        password: secret
        doorbell: doorbell
        retention: 1ms
      redis:
        url: %s
      views:
        product:
          key: "product:{id}"
          load: SELECT id, name FROM public.products WHERE id = ANY(:id::bigint[])
          watch: [{table: public.products}]
          codec: json
      """;

  /** The SQL of the page's chapter on roles: what the owner runs, and what the migrator runs. */
  private record Page(List<String> owner, List<String> migrator) {
    static Page read() throws IOException {
      String page = Files.readString(Path.of("docs/operations.md"));
      int from = page.indexOf("\n## Roles and grants\n");
      String chapter = page.substring(from, page.indexOf("\n## ", from + 1));
      List<List<String>> blocks =
          Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL)
              .matcher(chapter)
              .results()
              .map(block -> statements(block.group(1)))
              .toList();
      assertThat(blocks).as("the SQL on the page").hasSize(2);
      return new Page(blocks.get(0), blocks.get(1));
    }

    private static List<String> statements(String block) {
      List<String> statements = new ArrayList<>();
      for (String statement : block.replaceAll("--.*", "").split(";", -1)) {
        if (!statement.isBlank()) {
          statements.add(statement.strip());
        }
      }
      return statements;
    }
  }

  /** One grant for one privilege on one object, or on all slots of the ring, to one role. */
  private static List<String> singly(String statement) {
    var grant =
        Pattern.compile("GRANT (.*) ON (TABLE|SCHEMA|DATABASE|) ?(.*) TO (.*)", Pattern.DOTALL)
            .matcher(statement);
    if (!grant.matches()) {
      return List.of(statement);
    }
    List<String> grants = new ArrayList<>();
    for (String privilege : grant.group(1).split(",", -1)) {
      boolean areSlots = grant.group(3).contains("change_log_");
      for (String object :
          areSlots ? new String[] {grant.group(3)} : grant.group(3).split(",", -1)) {
        for (String role : grant.group(4).split(",", -1)) {
          grants.add(
              "GRANT %s ON %s %s TO %s"
                  .formatted(privilege.strip(), grant.group(2), object.strip(), role.strip()));
        }
      }
    }
    return grants;
  }

  /** A database of a shop with two plain roles, as the page has them. */
  private static final class Installation implements AutoCloseable {
    private final TestDatabase database = TestServers.database();
    private final String redisUrl = TestServers.redisUrl();
    private final String suffix =
        "_" + ProcessHandle.current().pid() + "_" + ROUND.incrementAndGet();

    Installation() throws SQLException {
      database.execute(
          """
          REVOKE ALL ON DATABASE %1$s FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC;
          CREATE TABLE public.products (id bigint PRIMARY KEY, name text);
          INSERT INTO public.products VALUES (1, 'a'), (2, 'b');
          """
              .formatted(database.name()));
    }

    private String named(String sql) {
      return sql.replaceAll("freshet_(migrator|daemon)", "freshet_$1" + suffix)
          .replace("DATABASE shop", "DATABASE " + database.name())
          .replace("'…'", "'secret'");
    }

    void asOwner(String sql) throws SQLException {
      database.execute(named(sql));
    }

    void asMigrator(String sql) throws SQLException {
      Properties properties = new Properties();
      properties.setProperty("user", "freshet_migrator" + suffix);
      properties.setProperty("password", "secret");
      try (Connection connection = DriverManager.getConnection(database.jdbcUrl(), properties);
          Statement statement = connection.createStatement()) {
        statement.execute(named(sql));
      }
    }

    FreshetConfig config(String role) {
      return Shop.parse(YAML.formatted(database.jdbcUrl(), role + suffix, redisUrl));
    }

    @Override
    public void close() throws SQLException {
      database.execute(
          named(
              """
              DO $$ DECLARE r text; BEGIN
                FOR r IN SELECT rolname FROM pg_roles WHERE rolname IN ('freshet_migrator', 'freshet_daemon') LOOP
                  EXECUTE format('DROP OWNED BY %1$I CASCADE', r); EXECUTE format('DROP ROLE %1$I', r);
                END LOOP;
              END $$
              """));
      database.close();
    }
  }

  /** Does all that migrator and daemon do; throws what fails. */
  private static void useAll(Page page, String without) throws Exception {
    try (Installation shop = new Installation()) {
      for (String statement : page.owner()) {
        for (String single : singly(statement)) {
          if (!single.equals(without)) {
            shop.asOwner(single);
          }
        }
      }
      migrate(shop);
      for (String statement : page.migrator()) {
        for (String single : singly(statement)) {
          if (!single.equals(without)) {
            shop.asMigrator(single);
          }
        }
      }
      runDaemon(shop);
      FreshetConfig migrator = shop.config("freshet_migrator");
      shop.asOwner("ALTER TABLE public.products DISABLE TRIGGER ALL");
      migrate(shop);
      try (PostgresDatabase postgres = Servers.postgres(migrator.postgres())) {
        new Uninstaller(postgres).uninstall(false);
      }
    }
  }

  private static void migrate(Installation shop) {
    FreshetConfig config = shop.config("freshet_migrator");
    try (PostgresDatabase postgres = Servers.postgres(config.postgres())) {
      postgres.checkReachable();
      Migrator migrator = Servers.migrator(postgres, config);
      migrator.planned();
      migrator.migrate();
    }
  }

  private static void runDaemon(Installation shop) throws Exception {
    FreshetConfig config = shop.config("freshet_daemon");
    try (PostgresDatabase postgres = Servers.postgres(config.postgres());
        Daemon daemon = new Daemon(config, Daemon.Options.DEFAULT)) {
      postgres.checkReachable();
      assertThat(Servers.migrator(postgres, config).pending()).isEmpty();
      ChangeLogStatus.read(postgres);
      new PostgresEvictions(postgres).evictAll(config.views().get(0));
      daemon.start();
      awaitReady(daemon);
      assertThat(daemon.loader().get("product", "1").json()).isPresent();
      shop.asOwner("UPDATE public.products SET name = 'c' WHERE id = 1");
      Shop.soon()
          .until(() -> daemon.loader().get("product", "1").json().orElseThrow().equals("\"c\""));
      keepAndSettlePosition(postgres, config);
      for (int slot = 0; slot < 4; slot++) {
        shop.asOwner(
            "INSERT INTO freshet.change_log_%s (watch_id, keys) SELECT id, ARRAY['2'] FROM freshet.watch WHERE relation IS NOT NULL AND retired_at IS NULL"
                .formatted(slot));
      }
      shop.asOwner("UPDATE freshet.position SET settled = pg_current_snapshot()");
      ChangeLogRing ring = new ChangeLogRing(postgres, config.postgres().changeLogBytesMax());
      assertThat(ring.emptySlots()).isEqualTo(3);
      shop.asOwner(Shop.FILL_CHANGE_LOG);
      ring.relieve();
      assertThat(ring.isTight()).as("still full").isFalse();
      PostgresDictionaries dictionaries = new PostgresDictionaries(postgres);
      dictionaries.add(config.views().get(0), StoredDictionary.read(new byte[] {3, 1, 2}));
      dictionaries.keepUp(config.views().get(0));
      assertThat(dictionaries.of(config.views().get(0))).hasSize(1);
    }
  }

  /** As a daemon does every 10 s. */
  private static void keepAndSettlePosition(PostgresDatabase postgres, FreshetConfig config) {
    PostgresChangeLog changeLog =
        new PostgresChangeLog(postgres, config.views(), Duration.ofMillis(1), new Random(1));
    changeLog.keepPosition("tested", changeLog.look().snapshot());
    changeLog.keepPosition("tested", changeLog.look().snapshot());
  }

  /** Waits until the daemon is ready; a refusal of Postgres ends it at once. */
  private static void awaitReady(Daemon daemon) {
    Shop.soon()
        .until(
            () ->
                daemon.status().isReady()
                    || daemon.status().detail().contains("permission denied"));
    if (!daemon.status().isReady()) {
      throw new IllegalStateException(daemon.status().detail());
    }
  }

  @Test
  @ExpectedLog("permission denied")
  @ExpectedLog("the change log is full") // the test says so, and the daemon may look just then
  void thePagesGrantsAreEnoughAndNoneCanBeLeftOut() throws Exception {
    Page page = Page.read();
    useAll(page, "nothing");
    List<String> grants = new ArrayList<>();
    page.owner().forEach(statement -> grants.addAll(singly(statement)));
    page.migrator().forEach(statement -> grants.addAll(singly(statement)));
    grants.removeIf(statement -> !statement.startsWith("GRANT"));
    assertThat(grants).hasSizeGreaterThan(20);
    List<String> needless = new ArrayList<>();
    for (String grant : grants) {
      Throwable failure = catchThrowable(() -> useAll(page, grant));
      if (failure == null) {
        needless.add(grant);
      } else {
        assertThat(failure)
            .as("without %s", grant)
            .isInstanceOfAny(
                MigrationException.class,
                PostgresRefusedException.class,
                LoadFailedException.class,
                ServerUnavailableException.class,
                IllegalStateException.class)
            .hasMessageMatching("(?s).*(permission denied|GRANT ).*");
      }
    }
    assertThat(needless).as("grants that nothing needs").isEmpty();
  }
}
