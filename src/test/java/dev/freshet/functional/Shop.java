package dev.freshet.functional;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.daemon.Servers;
import dev.freshet.loading.Feature;
import dev.freshet.loading.FeatureLoader;
import dev.freshet.postgres.Migrator;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.servers.TestDatabase;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * A small shop in Postgres and its two views: items, keyed by their id, and catalogs, keyed by
 * their store's slug and reached from products through a {@code keys} query.
 */
final class Shop implements AutoCloseable {
  /** Says that the change log is full, as a trigger does that finds it so. */
  static final String FILL_CHANGE_LOG =
      "SELECT nextval('freshet.change_log_overflow'), setval('freshet.change_log_slot', last_value, false) FROM freshet.change_log_slot";

  static final String ITEMS = "items";
  static final String CATALOGS = "catalogs";
  static final int ITEM_COUNT = 100;

  private static final String ITEMS_LOAD =
      "SELECT id, value FROM public.items WHERE id = ANY(:id::bigint[])";

  private static final String TABLES =
      """
      CREATE TABLE items (id bigint PRIMARY KEY, value integer NOT NULL, note text);
      CREATE TABLE stores (id bigint PRIMARY KEY, slug text NOT NULL UNIQUE);
      CREATE TABLE products (id bigint PRIMARY KEY, store_id bigint NOT NULL REFERENCES stores, price numeric NOT NULL);
      INSERT INTO items SELECT i, 0, 'a' FROM generate_series(1, 100) AS i;
      INSERT INTO stores VALUES (1, 'north'), (2, 'south'), (3, 'a:b\\c*');
      INSERT INTO products SELECT p, 1 + p % 3, 1.50 FROM generate_series(1, 30) AS p
      """;

  private final TestDatabase database;
  private final String postgresUrl;
  private final String redisUrl;
  private final RedisClient client;
  private final StatefulRedisConnection<String, String> connection;

  /**
   * @param database empty
   * @param postgresUrl how Freshet reaches it, perhaps through a proxy
   * @param redisUrl how Freshet reaches Redis, perhaps through a proxy
   * @param directRedisUrl how the test reaches it
   */
  Shop(TestDatabase database, String postgresUrl, String redisUrl, String directRedisUrl)
      throws SQLException {
    this.database = database;
    this.postgresUrl = postgresUrl;
    this.redisUrl = redisUrl;
    database.execute(TABLES);
    this.client = RedisClient.create(directRedisUrl);
    this.connection = client.connect();
  }

  Shop(TestDatabase database, String redisUrl) throws SQLException {
    this(database, database.jdbcUrl(), redisUrl, redisUrl);
  }

  static ConditionFactory within(Duration limit) {
    return Awaitility.await().atMost(limit).pollInterval(Duration.ofMillis(5)).ignoreExceptions();
  }

  static ConditionFactory soon() {
    return within(Duration.ofSeconds(15));
  }

  String yaml(String itemsLoad, String doorbell, Duration retention) {
    return """
        postgres:
          url: %s
          user: %s
          password: %s
          doorbell: %s
          retention: %dms
          connect-timeout: 5s
        redis:
          url: %s
          timeout: 1s
        views:
          items:
            key: "item:{id}"
            load: %s
            watch:
              - table: public.items
                columns: [value]
            codec: json
          catalogs:
            key: "catalog:{slug}"
            load: SELECT s.slug, jsonb_agg(p.price ORDER BY p.id) AS prices FROM public.stores s JOIN public.products p ON p.store_id = s.id WHERE s.slug = ANY(:slug) GROUP BY s.slug
            watch:
              - table: public.stores
              - table: public.products
                by: [store_id]
                keys: SELECT slug FROM public.stores WHERE id = ANY(:store_id::bigint[])
            codec: gzip
        """
        .formatted(
            postgresUrl,
            database.user(),
            database.password(),
            doorbell,
            Math.max(1, retention.toMillis()),
            redisUrl,
            itemsLoad);
  }

  /** The configuration of {@link #config()} as text. */
  String yaml() {
    return yaml("doorbell");
  }

  /** The same with another {@code postgres.doorbell}. */
  String yaml(String doorbell) {
    return yaml(ITEMS_LOAD, doorbell, Duration.ofHours(1));
  }

  FreshetConfig config() {
    return config(ITEMS_LOAD);
  }

  FreshetConfig config(String itemsLoad) {
    return parse(yaml(itemsLoad, "doorbell", Duration.ofHours(1)));
  }

  /** The same servers, other views. */
  FreshetConfig withViews(String views) {
    return parse(yamlWithViews(views));
  }

  String yamlWithViews(String views) {
    String yaml = yaml("SELECT 1", "doorbell", Duration.ofHours(1));
    return yaml.substring(0, yaml.indexOf("views:")) + "views:\n" + views.indent(2);
  }

  static FreshetConfig parse(String yaml) {
    return FreshetConfig.parse(yaml, "test", name -> null);
  }

  List<String> migrate(FreshetConfig config) {
    return migrator(config, Migrator::migrate);
  }

  /** The configuration's migrator does something. */
  <T> T migrator(FreshetConfig config, Function<Migrator, T> work) {
    try (PostgresDatabase postgres = Servers.postgres(config.postgres())) {
      return work.apply(Servers.migrator(postgres, config));
    }
  }

  /** Migrates, starts a daemon, and waits until it is ready. */
  Daemon start(FreshetConfig config, Daemon.Options options) {
    migrate(config);
    Daemon daemon = new Daemon(config, options);
    daemon.start();
    soon().until(() -> daemon.status().isReady());
    return daemon;
  }

  Daemon start() {
    return start(config(), Daemon.Options.DEFAULT);
  }

  void execute(String sql) throws SQLException {
    database.execute(sql);
  }

  /** The first column of a query's only row, as text. */
  String ask(String sql) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  /** How many rows the change log has. */
  long loggedRows() throws SQLException {
    return Long.parseLong(ask("SELECT count(*) FROM freshet.change_log"));
  }

  RedisCommands<String, String> redis() {
    return connection.sync();
  }

  /** Reads all items through the loader, so that they are cached. */
  Map<String, Feature> cacheAllItems(FeatureLoader loader) {
    return loader.getAll(ITEMS, allItems());
  }

  static List<String> allItems() {
    return IntStream.rangeClosed(1, ITEM_COUNT).mapToObj(Integer::toString).toList();
  }

  /** The item's value as a reader through the cache sees it. */
  static String item(FeatureLoader loader, int id) {
    return loader.get(ITEMS, Integer.toString(id)).json().orElse("absent");
  }

  boolean holds(String cacheKey) {
    return redis().exists(cacheKey) == 1;
  }

  void awaitGone(String cacheKey) {
    soon().until(() -> !holds(cacheKey));
  }

  @Override
  public void close() {
    connection.close();
    client.shutdown(0, 1, java.util.concurrent.TimeUnit.SECONDS);
  }
}
