package dev.freshet.cli.bench;

import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Measures what the parts of the trigger cost a writer: Freshet's own against variants of it, each
 * of which does one thing in another way.
 *
 * <p>Each variant is made of the installed trigger function, in a database of its own, with the
 * same rows. One backend at a time updates single rows in a loop in the server, so that neither a
 * client nor the disk hides what a trigger takes; no daemon runs, and the doorbell's lock is free.
 */
public final class TriggersBench {
  /**
   * All copies stay in memory; a page's first change after a checkpoint costs no more than others.
   */
  private static final Map<String, String> POSTGRES_SETTINGS =
      Map.of(
          "synchronous_commit", "off",
          "fsync", "off",
          "autovacuum", "off",
          "full_page_writes", "off",
          "checkpoint_timeout", "1h",
          "max_wal_size", "4GB",
          "shared_buffers", "512MB");

  private static final List<String> REPORTED_SETTINGS =
      List.of(
          "synchronous_commit",
          "fsync",
          "full_page_writes",
          "wal_level",
          "max_wal_size",
          "checkpoint_timeout",
          "shared_buffers",
          "jit",
          "autovacuum");

  private final TriggersSettings settings;
  private final Progress progress;
  private final StopFlag stop = new StopFlag();
  private final List<TriggerDatabase> databases = new ArrayList<>();

  public TriggersBench(TriggersSettings settings, Progress progress) {
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
  public TriggersReport run() throws InterruptedException {
    return new ServedRun(stop, progress).run(POSTGRES_SETTINGS, this::measure);
  }

  private TriggersReport measure(BenchServers servers, double loadBefore)
      throws InterruptedException {
    long began = System.nanoTime();
    progress.show("creating the rows");
    WriterRows rows = TriggerDatabase.migrated(servers, settings.rows());
    List<TriggerVariant> variants = TriggerVariants.all();
    TriggerFigures figures;
    try (PostgresDatabase first = servers.database("postgres");
        Session session = Session.openUnhurried(first)) {
      for (TriggerVariant variant : variants) {
        stop.check();
        progress.show("preparing " + variant.name());
        databases.add(TriggerDatabase.open(servers, variant, rows));
      }
      warmUp();
      figures = inRounds(session);
    } finally {
      databases.forEach(TriggerDatabase::close);
    }
    return new TriggersReport(
        settings,
        Environment.ofRun(servers, REPORTED_SETTINGS, loadBefore),
        rows.toMap(),
        figures.toList(variants),
        (System.nanoTime() - began) / 1e9);
  }

  /** A round that does not count: it fills caches, and every page's room. */
  private void warmUp() throws InterruptedException {
    for (TriggerDatabase database : databases) {
      stop.check();
      progress.show("warming up " + database.variant().name());
      double unused = database.microseconds(settings.transactions(), 0);
    }
  }

  /**
   * In each round all variants run one after the other, in an order drawn by lot, and update the
   * same rows. Checkpoints fall between rounds.
   *
   * @param session tells the server to make them
   */
  private TriggerFigures inRounds(Session session) throws InterruptedException {
    TriggerFigures figures = new TriggerFigures();
    Random random = new Random(settings.seed());
    for (int round = 1; round <= settings.rounds(); round++) {
      session.run("CHECKPOINT");
      int first = random.nextInt(settings.rows());
      Collections.shuffle(databases, random);
      Map<String, Double> microseconds = new LinkedHashMap<>();
      for (TriggerDatabase database : databases) {
        stop.check();
        String name = database.variant().name();
        progress.show("round %d of %d: %s".formatted(round, settings.rounds(), name));
        microseconds.put(name, database.microseconds(settings.transactions(), first));
      }
      figures.add(round, microseconds);
    }
    return figures;
  }
}
