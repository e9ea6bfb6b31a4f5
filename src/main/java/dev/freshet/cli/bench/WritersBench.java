package dev.freshet.cli.bench;

import dev.freshet.cli.servers.Pgbench;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures what writers pay: for no trigger, for Freshet's, and for those of others, in rounds in
 * which all take turns.
 *
 * <p>All sides write to copies of the same table on one server, one side at a time; the daemons and
 * listeners of the others are there meanwhile and idle. Before each run its table is vacuumed and a
 * checkpoint made; a run ends when whoever follows the changes is through with them. Autovacuum is
 * off and the WAL has room, so that neither of them falls on one side alone.
 */
public final class WritersBench {
  private static final int CONNECTIONS_BESIDE_WRITERS = 50;

  /** What decides how fast Postgres writes, and goes into the report. */
  private static final List<String> POSTGRES_SETTINGS =
      List.of(
          "fsync",
          "full_page_writes",
          "wal_level",
          "wal_sync_method",
          "wal_buffers",
          "wal_compression",
          "commit_delay",
          "max_wal_size",
          "checkpoint_timeout",
          "shared_buffers",
          "jit",
          "autovacuum",
          "max_connections");

  private final WritersSettings settings;
  private final Progress progress;
  private final StopFlag stop = new StopFlag();

  public WritersBench(WritersSettings settings, Progress progress) {
    this.settings = settings;
    this.progress = progress;
  }

  /**
   * Starts servers, measures, and ends what it started; also if the JVM ends meanwhile.
   *
   * @throws InterruptedException if the JVM ends, or this thread was interrupted
   * @throws BenchFailedException if there are no figures; says why
   * @throws dev.freshet.cli.servers.ServerFailedException if a server does not start
   */
  public WritersReport run() throws InterruptedException {
    return new ServedRun(stop, progress).run(postgresSettings(), this::measure);
  }

  private Map<String, String> postgresSettings() {
    Map<String, String> changed = new LinkedHashMap<>();
    changed.put("autovacuum", "off");
    changed.put("max_wal_size", "4GB");
    changed.put(
        "max_connections",
        Integer.toString(settings.singleRow().writers().max() + CONNECTIONS_BESIDE_WRITERS));
    return changed;
  }

  private WritersReport measure(BenchServers servers, double loadBefore)
      throws InterruptedException {
    long began = System.nanoTime();
    LoadGenerator generator = generator(servers);
    progress.show("creating the rows");
    WriterRows rows = WriterRows.forSingleUpdates(servers, settings.singleRow().rows());
    SingleRowFigures singleRow = singleRow(servers, generator, rows);
    BulkFigures bulk = bulk(servers);
    return new WritersReport(
        settings,
        Environment.ofRun(servers, POSTGRES_SETTINGS, loadBefore),
        generator.description(),
        rows.toMap(),
        singleRow.toList(settings.sides()),
        bulk.toList(),
        WriterTargets.of(singleRow, bulk),
        (System.nanoTime() - began) / 1e9);
  }

  private SingleRowFigures singleRow(BenchServers servers, LoadGenerator generator, WriterRows rows)
      throws InterruptedException {
    try (SingleRowBench bench = new SingleRowBench(settings, generator, stop, progress)) {
      bench.prepare(servers, rows);
      return bench.measure();
    }
  }

  private BulkFigures bulk(BenchServers servers) throws InterruptedException {
    if (settings.bulkRows().isEmpty()) {
      return new BulkFigures();
    }
    progress.show("creating the rows of bulk updates");
    WriterRows rows = WriterRows.forBulkUpdates(servers, settings.bulkRows().max());
    try (BulkBench bench = new BulkBench(settings, stop, progress)) {
      bench.prepare(servers, rows);
      return bench.measure();
    }
  }

  private LoadGenerator generator(BenchServers servers) {
    Optional<Pgbench> pgbench =
        settings.generator() == WritersSettings.Generator.JDBC
            ? Optional.empty()
            : servers.pgbench();
    if (pgbench.isPresent()) {
      return new PgbenchGenerator(pgbench.get());
    }
    if (settings.generator() == WritersSettings.Generator.PGBENCH) {
      throw new BenchFailedException(
          "there is no pgbench beside the server's program, nor on the PATH; install PostgreSQL's client programs, or write --generator jdbc");
    }
    try (PostgresDatabase database = servers.database("postgres");
        Session session = Session.open(database)) {
      return new JdbcGenerator(session.driver());
    }
  }
}
