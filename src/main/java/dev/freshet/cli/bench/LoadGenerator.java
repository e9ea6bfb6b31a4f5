package dev.freshet.cli.bench;

import dev.freshet.postgres.PostgresDatabase;
import java.util.Map;

/** What updates single rows, with as many sessions at once as are asked for. */
interface LoadGenerator {
  /** What it is, for the report. */
  Map<String, Object> description();

  /**
   * Updates random rows of {@link WriterRows}, one in each transaction, and counts.
   *
   * @throws BenchFailedException if a session failed
   */
  Load run(Order order) throws InterruptedException;

  /**
   * What to do.
   *
   * @param databaseName of {@code database}
   * @param rows how many the table has
   * @param seed of the rows' choice
   */
  record Order(
      PostgresDatabase database,
      String databaseName,
      WriterCase writerCase,
      int rows,
      int seconds,
      int seed) {}

  /**
   * What was done.
   *
   * @param transactions how many were committed
   * @param tps how many a second, the time for connecting left out
   */
  record Load(long transactions, double tps) {}
}
