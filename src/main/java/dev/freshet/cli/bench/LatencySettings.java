package dev.freshet.cli.bench;

/**
 * What {@link LatencyBench} does.
 *
 * @param updates how many are measured on each side; at least 1
 * @param warmUpUpdates how many on each side come before, and do not count
 * @param pause between two updates
 * @param backgroundTps how many updates of other rows a second there are meanwhile, half of them on
 *     each side
 */
public record LatencySettings(int updates, int warmUpUpdates, PauseRange pause, int backgroundTps) {
  public static final int UPDATES_MAX = 1_000_000;
  public static final int BACKGROUND_TPS_MAX = 100_000;

  public LatencySettings {
    check("updates", updates, 1, UPDATES_MAX);
    check("warm-up", warmUpUpdates, 0, UPDATES_MAX);
    check("background-tps", backgroundTps, 0, BACKGROUND_TPS_MAX);
  }

  private static void check(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s %d is out of range; write %d to %d".formatted(name, value, min, max));
    }
  }
}
