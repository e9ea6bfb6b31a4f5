package dev.freshet.cli.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Measures how long one statement takes that updates many rows, on each side. */
final class BulkBench implements AutoCloseable {
  private final WritersSettings settings;
  private final StopFlag stop;
  private final Progress progress;
  private final List<BulkDatabase> databases = new ArrayList<>();

  BulkBench(WritersSettings settings, StopFlag stop, Progress progress) {
    this.settings = settings;
    this.stop = stop;
    this.progress = progress;
  }

  /** Makes each side's database, and warms it up. */
  void prepare(BenchServers servers, WriterRows rows) throws InterruptedException {
    for (BulkSide side : BulkSide.of(settings.sides())) {
      stop.check();
      progress.show("preparing bulk updates, " + side);
      databases.add(BulkDatabase.open(servers, side, rows));
    }
    servers.dropDatabase(rows.databaseName());
    for (BulkDatabase database : databases) {
      stop.check();
      progress.show("warming up bulk updates, " + database.side());
      BulkDatabase.Run unused = database.update(settings.bulkRows().values().get(0));
    }
  }

  /** Runs the rounds. In each, every size is measured, on all sides in an order drawn by lot. */
  BulkFigures measure() throws InterruptedException {
    BulkFigures figures = new BulkFigures();
    Random random = new Random(settings.seed());
    for (int round = 1; round <= settings.rounds(); round++) {
      for (int rows : settings.bulkRows().values()) {
        Collections.shuffle(databases, random);
        for (BulkDatabase database : databases) {
          stop.check();
          progress.show(
              "round %d of %d: %,d rows in one statement, %s"
                  .formatted(round, settings.rounds(), rows, database.side()));
          figures.add(round, rows, database.side(), database.update(rows));
        }
      }
    }
    return figures;
  }

  @Override
  public void close() {
    databases.forEach(BulkDatabase::close);
  }
}
