package dev.freshet.cli.bench;

import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** One variant's own copy of the migrated database, and the only session on it. */
final class TriggerDatabase implements AutoCloseable {
  /** The usual way to ring. */
  private static final String DOORBELL = "doorbell";

  /** No factor of a usual number of rows, so that every row has its turn, far from the last one. */
  private static final int STRIDE = 7_919;

  private static final String FUNCTIONS =
      "SELECT oid::regproc::text FROM pg_proc WHERE pronamespace = 'freshet'::regnamespace AND proname ~ '^watch_[0-9]+$'";

  private static final String LOGGED =
      "SELECT count(*) || ' rows, ' || count(*) FILTER (WHERE cardinality(keys) = 1) || ' with one key' FROM %s";

  private static final String TRANSACTIONS =
      """
      DO $bench$
      BEGIN
        FOR i IN 1..%s LOOP
          %s;
          COMMIT;
        END LOOP;
      END
      $bench$
      """;

  private final BenchServers servers;
  private final TriggerVariant variant;
  private final String name;
  private final int rows;
  private final PostgresDatabase database;
  private final Session session;

  private TriggerDatabase(
      BenchServers servers, TriggerVariant variant, String name, WriterRows rows) {
    this.servers = servers;
    this.variant = variant;
    this.name = name;
    this.rows = rows.rows();
    this.database = servers.newDatabase(name, rows.databaseName());
    this.session = Session.openUnhurried(database);
  }

  /** Makes the database that is copied: the rows, and what {@code freshet migrate} installs. */
  static WriterRows migrated(BenchServers servers, int rows) {
    WriterRows created = WriterRows.forOneWriter(servers, rows);
    try (PostgresDatabase database = servers.database(created.databaseName())) {
      FreshetFollower.migrate(servers, database, created.databaseName(), DOORBELL);
    }
    return created;
  }

  /**
   * Copies the migrated database and makes the variant of it.
   *
   * @throws BenchFailedException if the trigger function is not the one that the variant is made of
   */
  static TriggerDatabase open(BenchServers servers, TriggerVariant variant, WriterRows rows) {
    TriggerDatabase opened = new TriggerDatabase(servers, variant, name(variant), rows);
    try {
      variant.making().in(opened);
      return opened;
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /** The name of a variant's database. */
  static String name(TriggerVariant variant) {
    return "variant_" + variant.name().replace('-', '_');
  }

  TriggerVariant variant() {
    return variant;
  }

  /** Runs statements. */
  void run(String sql) {
    session.run(sql);
  }

  /** The name of the trigger function. */
  String function() {
    List<String> functions = texts(FUNCTIONS);
    if (functions.size() != 1) {
      throw new BenchFailedException(
          "%s: there should be one trigger function, and there are %s".formatted(name, functions));
    }
    return functions.get(0);
  }

  /** The id of the watch, as the function writes it. */
  String watchId() {
    return function().substring("freshet.watch_".length());
  }

  /** Puts another text in the place of the trigger function's. */
  void edit(UnaryOperator<FunctionText> edit) {
    String installed =
        session.ask("SELECT pg_get_functiondef(?::text::regproc)", function()).orElseThrow();
    session.run(edit.apply(new FunctionText(installed)).sql());
  }

  /**
   * Migrates again, to another kind of watch.
   *
   * @param kind {@link FreshetFollower#ALWAYS} or {@link FreshetFollower#COLUMNS}
   */
  void migrateTo(String kind) {
    FreshetFollower.migrate(servers, database, name, DOORBELL, kind);
  }

  private List<String> texts(String query) {
    return session.texts(query).stream().map(Objects::requireNonNull).toList();
  }

  /**
   * Updates single rows, each in a transaction, on the server and without a client's round trips.
   *
   * @param first where among the rows to begin
   * @return microseconds per transaction
   * @throws BenchFailedException if not every transaction updated a row and was logged
   */
  double microseconds(int transactions, int first) {
    session.run("TRUNCATE " + variant.log());
    long updatesBefore = updates();
    String id = "1 + (i::bigint * %s + %s) %% %s".formatted(STRIDE, first, rows);
    String loop = TRANSACTIONS.formatted(transactions, WriterRows.updateOf(id));
    long began = System.nanoTime();
    session.run(loop);
    double microseconds = (System.nanoTime() - began) / 1e3 / transactions;
    check("updates", transactions, Long.toString(updates() - updatesBefore));
    long logged = (long) transactions * variant.rowsPerTransaction();
    check(
        "the log",
        transactions,
        "%d rows, %d with one key".formatted(logged, logged),
        session.ask(LOGGED.formatted(variant.log())).orElseThrow());
    return microseconds;
  }

  private long updates() {
    return Long.parseLong(
        session.ask("SELECT sum(revision)::text FROM " + WriterRows.TABLE).orElseThrow());
  }

  private void check(String what, int transactions, String actual) {
    check(what, transactions, Integer.toString(transactions), actual);
  }

  private void check(String what, int transactions, String expected, String actual) {
    if (!actual.equals(expected)) {
      throw new BenchFailedException(
          "%s: %d transactions should have left %s in %s, and left %s"
              .formatted(variant.name(), transactions, expected, what, actual));
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
