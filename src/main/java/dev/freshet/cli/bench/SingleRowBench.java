package dev.freshet.cli.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Measures how many updates of single rows a second there are on each side. */
final class SingleRowBench implements AutoCloseable {
  /** What comes before the first round and does not count, on each side. */
  private static final int WARM_UP_SECONDS = 1;

  /** A daemon that has just been started compiles itself while it works; it should be through. */
  private static final int DAEMON_WARM_UP_FACTOR = 5;

  private final WritersSettings settings;
  private final LoadGenerator generator;
  private final StopFlag stop;
  private final Progress progress;
  private final List<WrittenDatabase> databases = new ArrayList<>();

  SingleRowBench(
      WritersSettings settings, LoadGenerator generator, StopFlag stop, Progress progress) {
    this.settings = settings;
    this.generator = generator;
    this.stop = stop;
    this.progress = progress;
  }

  /** Makes each side's database, and warms it up. */
  void prepare(BenchServers servers, WriterRows rows) throws InterruptedException {
    List<WriterCase> cases = settings.singleRow().cases();
    for (WriterSide side : settings.sides()) {
      stop.check();
      progress.show("preparing " + side);
      databases.add(WrittenDatabase.open(servers, side, rows));
    }
    servers.dropDatabase(rows.databaseName());
    for (WrittenDatabase database : databases) {
      stop.check();
      progress.show("warming up " + database.side());
      database.run(generator, cases.get(cases.size() - 1), warmUpSeconds(database.side()), 0);
    }
  }

  private int warmUpSeconds(WriterSide side) {
    return side == WriterSide.FRESHET_AWAKE || side == WriterSide.LOG_NOTIFY
        ? DAEMON_WARM_UP_FACTOR * settings.singleRow().seconds()
        : WARM_UP_SECONDS;
  }

  /**
   * Runs the rounds. In each, every case is measured, on all sides one after the other in an order
   * drawn by lot, with the same rows for all.
   */
  SingleRowFigures measure() throws InterruptedException {
    SingleRowFigures figures = new SingleRowFigures();
    Random random = new Random(settings.seed());
    for (int round = 1; round <= settings.rounds(); round++) {
      for (WriterCase writerCase : settings.singleRow().cases()) {
        int seed = random.nextInt();
        Collections.shuffle(databases, random);
        for (WrittenDatabase database : databases) {
          stop.check();
          progress.show(
              "round %d of %d: %s, %s"
                  .formatted(round, settings.rounds(), writerCase, database.side()));
          figures.add(
              round,
              writerCase,
              database.side(),
              database.run(generator, writerCase, settings.singleRow().seconds(), seed));
        }
      }
    }
    return figures;
  }

  @Override
  public void close() {
    databases.forEach(WrittenDatabase::close);
  }
}
