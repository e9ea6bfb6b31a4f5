package dev.freshet.cli.bench;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@link WritersBench} does.
 *
 * @param rounds how often each side is measured
 * @param seed of the sides' order in each round, and of the rows that are updated
 * @param sides what is compared
 * @param generator what updates single rows
 * @param singleRow updates of single rows
 * @param bulkRows how many rows one statement updates; may be empty
 */
public record WritersSettings(
    int rounds,
    long seed,
    List<WriterSide> sides,
    Generator generator,
    SingleRow singleRow,
    Counts bulkRows) {
  private static final int ROUNDS_MAX = 1_000;
  private static final int BULK_ROWS_MAX = 100_000_000;

  /** What updates single rows. */
  public enum Generator {
    /** pgbench if the machine has one, else threads of this program. */
    AUTO,
    /** Postgres' own load generator: the lightest client, so the sternest comparison. */
    PGBENCH,
    /** Threads of this program. */
    JDBC
  }

  /**
   * Updates of single rows, each in a transaction.
   *
   * @param seconds how long each run is
   * @param rows of the table
   * @param writers how many sessions write at once
   */
  public record SingleRow(
      int seconds, int rows, Counts writers, List<SynchronousCommit> synchronousCommit) {
    static final int SECONDS_MAX = 60;
    private static final int ROWS_MAX = 10_000_000;
    private static final int WRITERS_MAX = 500;

    public SingleRow {
      check("seconds", seconds, 1, SECONDS_MAX);
      check("rows", rows, 1, ROWS_MAX);
      checkEachOnce("writers", writers.values());
      check("writers", writers.max(), 1, WRITERS_MAX);
      synchronousCommit = List.copyOf(synchronousCommit);
      checkEachOnce("synchronous-commit", synchronousCommit);
    }

    /** Every number of writers with every setting. */
    List<WriterCase> cases() {
      return synchronousCommit.stream()
          .flatMap(commit -> writers.values().stream().map(count -> new WriterCase(count, commit)))
          .toList();
    }
  }

  public WritersSettings {
    check("rounds", rounds, 1, ROUNDS_MAX);
    sides = List.copyOf(sides);
    checkEachOnce("sides", sides);
    if (!bulkRows.isEmpty()) {
      check("bulk", bulkRows.max(), 1, BULK_ROWS_MAX);
    }
  }

  static void check(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s %d is out of range; write %d to %d".formatted(name, value, min, max));
    }
  }

  private static void checkEachOnce(String name, Collection<?> values) {
    if (values.isEmpty() || values.stream().distinct().count() < values.size()) {
      throw new IllegalArgumentException(
          "%s %s: write at least one, and each once".formatted(name, values));
    }
  }

  /** The settings for programs. */
  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("rounds", rounds);
    map.put("secondsPerRun", singleRow.seconds);
    map.put("writers", singleRow.writers.values());
    map.put("synchronousCommit", texts(singleRow.synchronousCommit));
    map.put("sides", texts(sides));
    map.put("rows", singleRow.rows);
    map.put("bulkRows", bulkRows.values());
    return map;
  }

  private static List<String> texts(List<?> values) {
    return values.stream().map(String::valueOf).toList();
  }
}
