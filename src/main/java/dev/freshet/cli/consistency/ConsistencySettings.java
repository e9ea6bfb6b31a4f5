package dev.freshet.cli.consistency;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@link ConsistencyBench} does.
 *
 * @param faults the names of those that are tried singly, or {@code all}, or {@code none}
 * @param pairs how many pairs of all faults are tried, drawn by the seed
 * @param seed of the schedule, and of what each writer and reader does
 * @param seconds how long to run without any fault first
 * @param readsMin the run goes on without faults until so many reads were judged
 * @param variant of the view and its loaders
 * @param load how much is written and read
 */
public record ConsistencySettings(
    List<String> faults,
    int pairs,
    long seed,
    int seconds,
    long readsMin,
    Variant variant,
    Load load) {
  private static final int PAIRS_MAX = 10_000;
  private static final int SECONDS_MAX = 86_400;
  private static final long READS_MAX = 100_000_000_000L;

  /**
   * How much is written and read.
   *
   * @param keys cold ones; there are ten hot ones besides
   * @param writesPerSecond transactions
   * @param readsPerSecond keys
   */
  public record Load(int keys, int writers, int writesPerSecond, int readers, int readsPerSecond) {
    private static final int HOT_KEYS = 10;
    private static final int READ_BATCH = 100;
    private static final int KEYS_MAX = 1_000_000;
    private static final int THREADS_MAX = 32;
    private static final int PER_SECOND_MAX = 1_000_000;

    public Load {
      check("keys", keys, 1, KEYS_MAX);
      check("writers", writers, 1, THREADS_MAX);
      check("write-rate", writesPerSecond, 1, PER_SECOND_MAX);
      check("readers", readers, 2, THREADS_MAX);
      check("read-rate", readsPerSecond, 1, PER_SECOND_MAX);
    }

    Workload.Shape shape() {
      return new Workload.Shape(
          keys,
          HOT_KEYS,
          writers,
          writesPerSecond,
          EnumSet.allOf(WriteKind.class),
          readers,
          READ_BATCH,
          readsPerSecond);
    }
  }

  public ConsistencySettings {
    faults = List.copyOf(faults);
    List<Fault> known = Faults.named(faults);
    check("pairs", pairs, 0, PAIRS_MAX);
    check("seconds", seconds, 0, SECONDS_MAX);
    check("reads", readsMin, 0, READS_MAX);
    if (known.stream().distinct().count() < known.size()) {
      throw new IllegalArgumentException("faults %s: write each once".formatted(faults));
    }
  }

  private static void check(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s %d is out of range; write %d to %d".formatted(name, value, min, max));
    }
  }

  /** The settings for programs. */
  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("faults", faults);
    map.put("pairs", pairs);
    map.put("seed", seed);
    map.put("secondsWithoutFault", seconds);
    map.put("readsAtLeast", readsMin);
    map.put("variant", variant.toMap());
    map.put("coldKeys", load.keys);
    map.put("hotKeys", Load.HOT_KEYS);
    map.put("writers", load.writers);
    map.put("writesPerSecond", load.writesPerSecond);
    map.put("readers", load.readers);
    map.put("readsPerSecond", load.readsPerSecond);
    return map;
  }
}
