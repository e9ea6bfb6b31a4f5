package dev.freshet.cli.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What {@link TriggersBench} does.
 *
 * @param rounds how often each variant is measured
 * @param transactions of each run
 * @param rows of each variant's table
 * @param seed of the variants' order in each round, and of the row that is updated first
 */
public record TriggersSettings(int rounds, int transactions, int rows, long seed) {
  private static final int ROUNDS_MAX = 1_000;
  private static final int TRANSACTIONS_MAX = 1_000_000;
  private static final int ROWS_MAX = 1_000_000;

  public TriggersSettings {
    WritersSettings.check("rounds", rounds, 1, ROUNDS_MAX);
    WritersSettings.check("transactions", transactions, 1, TRANSACTIONS_MAX);
    WritersSettings.check("rows", rows, 1, ROWS_MAX);
  }

  /** The settings for programs. */
  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("rounds", rounds);
    map.put("transactionsPerRun", transactions);
    map.put("writers", 1);
    return map;
  }
}
