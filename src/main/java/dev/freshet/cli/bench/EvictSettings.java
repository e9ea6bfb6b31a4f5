package dev.freshet.cli.bench;

import java.util.regex.Pattern;

/**
 * What {@link EvictBench} does.
 *
 * @param keys how many rows are changed in each round, each with a cached key; at least 100
 * @param transactions in how many transactions; 1 to {@code keys}
 * @param heap the daemon's {@code -Xmx}, as {@code 128m}
 * @param rounds how often; at least 1
 */
public record EvictSettings(int keys, int transactions, String heap, int rounds) {
  public static final int KEYS_MIN = 100;
  public static final int KEYS_MAX = 50_000_000;
  public static final int ROUNDS_MAX = 100;

  private static final Pattern HEAP = Pattern.compile("[1-9]\\d{0,5}[mMgG]");

  public EvictSettings {
    check("keys", keys, KEYS_MIN, KEYS_MAX);
    check("transactions", transactions, 1, keys);
    check("rounds", rounds, 1, ROUNDS_MAX);
    if (!HEAP.matcher(heap).matches()) {
      throw new IllegalArgumentException(
          "heap `%s` is no size of a heap; write for example 128m".formatted(heap));
    }
  }

  private static void check(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s %d is out of range; write %d to %d".formatted(name, value, min, max));
    }
  }
}
