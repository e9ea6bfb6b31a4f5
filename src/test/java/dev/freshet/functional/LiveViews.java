package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.change.Link;
import dev.freshet.change.PgSnapshot;
import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.daemon.Servers;
import dev.freshet.loading.Feature;
import dev.freshet.postgres.Migrator;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Views of a test's own, and a running daemon that keeps them fresh.
 *
 * <p>{@link #evictedBy} tells exactly what a change evicts: it waits until the daemon has applied a
 * later change, so that what is still cached then was left alone on purpose.
 */
final class LiveViews implements AutoCloseable {
  private static final String FENCE =
      "CREATE TABLE public.fence (id integer PRIMARY KEY, n bigint NOT NULL); INSERT INTO public.fence VALUES (1, 0)";

  /** What changes rows, or fails the test. */
  interface Writer {
    void write() throws SQLException;
  }

  private static final int WARM_UP_LOADS = 8;

  /** Within which what fires no trigger is found. */
  static final Duration SHAPE_DEADLINE = Duration.ofSeconds(5);

  private final TestDatabase database;
  private final Connection session;
  private final String redisUrl;
  private FreshetConfig config;
  private Daemon daemon;
  private final RedisClient client;
  private final StatefulRedisConnection<String, String> connection;

  private LiveViews(TestDatabase database, FreshetConfig config, Daemon daemon, String redisUrl)
      throws SQLException {
    this.database = database;
    this.session = database.connect();
    this.redisUrl = redisUrl;
    this.config = config;
    this.daemon = daemon;
    this.client = RedisClient.create(redisUrl);
    this.connection = client.connect();
  }

  /**
   * Creates tables, migrates, and starts a daemon.
   *
   * @param tables SQL
   * @param views of the configuration, as YAML
   */
  static LiveViews start(String tables, String views) throws SQLException {
    return start(TestServers.database(), tables, views);
  }

  /**
   * Creates tables in a database, migrates, and starts a daemon.
   *
   * @param database closed with the views
   */
  static LiveViews start(TestDatabase database, String tables, String views) throws SQLException {
    String redisUrl = TestServers.redisUrl();
    database.execute(tables);
    database.execute(FENCE);
    FreshetConfig config = Shop.parse(yaml(database, redisUrl, views));
    migrator(config, Migrator::migrate);
    Daemon daemon = new Daemon(config, Daemon.Options.DEFAULT);
    daemon.start();
    LiveViews live = new LiveViews(database, config, daemon, redisUrl);
    live.awaitReady();
    live.warmUp();
    return live;
  }

  /** The loader starts its threads with its first loads; they are the class's and not a test's. */
  private void warmUp() {
    for (int i = 1; i <= WARM_UP_LOADS; i++) {
      get("fence", "-" + i);
      redis().del("fence:-" + i);
    }
  }

  private static String yaml(TestDatabase database, String redisUrl, String views) {
    return """
        postgres:
          url: %s
          user: %s
          password: %s
          doorbell: doorbell
          connect-timeout: 5s
        redis:
          url: %s
          timeout: 1s
        views:
          fence:
            key: "fence:{id}"
            load: SELECT id, n FROM public.fence WHERE id = ANY(:id::integer[])
            watch:
              - table: public.fence
        """
            .formatted(database.jdbcUrl(), database.user(), database.password(), redisUrl)
        + views.indent(2);
  }

  TestDatabase database() {
    return database;
  }

  private <T> T migrator(Function<Migrator, T> work) {
    return migrator(config, work);
  }

  private static <T> T migrator(FreshetConfig config, Function<Migrator, T> work) {
    try (PostgresDatabase postgres = Servers.postgres(config.postgres())) {
      return work.apply(Servers.migrator(postgres, config));
    }
  }

  /** Migrates again; returns what was applied. */
  List<String> migrate() {
    return migrator(Migrator::migrate);
  }

  /** What {@code migrate} would apply, with the reasons. */
  List<String> pending() {
    return migrator(Migrator::pending);
  }

  /** Migrates to other views; the daemon that runs does not know them. */
  List<String> migrateTo(String views) {
    return migrator(parse(views), Migrator::migrate);
  }

  private FreshetConfig parse(String views) {
    return Shop.parse(yaml(database, redisUrl, views));
  }

  /** Ends the daemon. */
  void stopDaemon() {
    daemon.close();
  }

  /** Starts a daemon where one was ended; it need not become ready. */
  void startDaemon() {
    daemon = new Daemon(config, Daemon.Options.DEFAULT);
    daemon.start();
  }

  /** The same with other views. */
  void startDaemon(String views) {
    config = parse(views);
    startDaemon();
  }

  void awaitReady() {
    Shop.soon().until(() -> daemon.status().isReady());
  }

  /** Waits until the daemon says, within the time of a shape, that it is not ready, and why. */
  void awaitNotReady(String why) {
    Shop.within(SHAPE_DEADLINE).until(() -> daemon.status().detail().contains(why));
    assertThat(daemon.status().isReady()).isFalse();
  }

  /** The id of a view's last sweep. */
  String epoch(String view) {
    return redis().hget("{freshet}:chain", "epoch:" + view);
  }

  /** Waits, not longer than the time of a shape, until views were swept and the sweeps are over. */
  void awaitSwept(Map<String, String> epochsBefore) throws SQLException {
    Shop.within(SHAPE_DEADLINE)
        .until(
            () ->
                epochsBefore.entrySet().stream()
                    .noneMatch(before -> before.getValue().equals(epoch(before.getKey()))));
    awaitApplied();
  }

  /** Changes something that fires no trigger, and waits until the view was swept. */
  void awaitSweptBy(String view, String sql) throws SQLException {
    Map<String, String> before = Map.of(view, epoch(view));
    execute(sql);
    awaitSwept(before);
  }

  /**
   * Waits until the daemon has read the shapes of all tables a number of times: it has when it
   * finds that the fence was rewritten.
   */
  void awaitShapesRead(int times) throws SQLException {
    for (int i = 0; i < times; i++) {
      awaitSweptBy("fence", "ALTER TABLE public.fence ALTER COLUMN n TYPE bigint USING n + 0");
    }
  }

  Daemon daemon() {
    return daemon;
  }

  /** Runs SQL as superuser. */
  void execute(String sql) throws SQLException {
    try {
      execute(session, sql);
    } catch (SQLException e) {
      execute(session, "ROLLBACK");
      throw e;
    }
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The first column of a query's rows, as texts. */
  List<String> list(String sql) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Statement statement = session.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        texts.add(row.getString(1));
      }
    }
    return texts;
  }

  /** The first column of a query's only row, as text. */
  String ask(String sql) throws SQLException {
    List<String> texts = list(sql);
    assertThat(texts).as(sql).hasSize(1);
    return texts.get(0);
  }

  RedisCommands<String, String> redis() {
    return connection.sync();
  }

  boolean holds(String cacheKey) {
    return redis().exists(cacheKey) == 1;
  }

  /** All cache keys that Redis holds. */
  Set<String> cached() {
    Set<String> keys = new TreeSet<>(redis().keys("*"));
    keys.removeIf(key -> key.startsWith("{freshet}:"));
    return keys;
  }

  Feature get(String view, String key) {
    return daemon.loader().get(view, key);
  }

  /** Reads through the loader. */
  void load(String view, List<String> keys) {
    daemon.loader().getAll(view, keys);
  }

  /** Waits until the daemon has applied all that is committed by now. */
  void awaitApplied() throws SQLException {
    long xid =
        Long.parseLong(
            ask("UPDATE public.fence SET n = n + 1 RETURNING pg_current_xact_id()::text"));
    Shop.soon()
        .until(
            () -> {
              Link link = Link.parse(redis().hget("{freshet}:chain", "link"));
              PgSnapshot position = link.position();
              return !link.isSweeping() && position.sees(xid);
            });
  }

  /** Which of the cache keys that Redis holds a change evicts. */
  Set<String> evictedBy(Writer change) throws SQLException {
    Set<String> before = cached();
    change.write();
    awaitApplied();
    Set<String> evicted = new TreeSet<>(before);
    evicted.removeAll(cached());
    return evicted;
  }

  Set<String> evictedBy(String sql) throws SQLException {
    return evictedBy(() -> execute(sql));
  }

  /**
   * How many rows of the change log are of watches on a table.
   *
   * @param relation as {@code freshet.watch} names it
   */
  int logRows(String relation) throws SQLException {
    return Integer.parseInt(ask("SELECT count(*) FROM freshet.change_log AS c " + of(relation)));
  }

  /** How many rows more the change log has after a change, of watches on a table. */
  int rowsLoggedBy(String relation, String sql) throws SQLException {
    int before = logRows(relation);
    execute(sql);
    return logRows(relation) - before;
  }

  /** The texts of all keys in the change log's rows of watches on a table, the oldest first. */
  List<String> loggedKeys(String relation) throws SQLException {
    return list(
        "SELECT k FROM freshet.change_log AS c CROSS JOIN unnest(c.keys) AS k "
            + of(relation)
            + " ORDER BY c.xid");
  }

  /** How many rows of watches on a table say that the whole view changed. */
  int wholeViewRows(String relation) throws SQLException {
    return Integer.parseInt(
        ask(
            "SELECT count(*) FROM freshet.change_log AS c "
                + of(relation)
                + " AND c.keys IS NULL"));
  }

  private static String of(String relation) {
    return "JOIN freshet.watch AS w ON w.id = c.watch_id WHERE w.relation = %s"
        .formatted(literal(relation));
  }

  /** What the writer's last statement was warned of. */
  static String warning(Statement writer) throws SQLException {
    SQLWarning warning = writer.getWarnings();
    return warning == null ? "no warning" : warning.getMessage();
  }

  /** A text as SQL. */
  static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  @Override
  public void close() throws SQLException {
    connection.close();
    client.shutdown(0, 1, TimeUnit.SECONDS);
    daemon.close();
    session.close();
    database.close();
  }
}
