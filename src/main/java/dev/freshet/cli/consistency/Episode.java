package dev.freshet.cli.consistency;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * What happens between two sweeps.
 *
 * @param faults one or two; empty for none
 * @param holdMs how long each is in force, unless its clock says otherwise
 * @param isQuiet whether the writers rest when the fault is healed, so that no change of theirs
 *     helps to find out what is wrong
 */
record Episode(List<Fault> faults, long holdMs, boolean isQuiet) {
  private static final int HOLD_MS_MIN = 500;
  private static final int HOLD_MS_MAX = 5_000;

  /** An episode with the rest drawn at random. */
  static Episode of(List<Fault> faults, Random random) {
    return new Episode(
        faults, HOLD_MS_MIN + random.nextInt(HOLD_MS_MAX - HOLD_MS_MIN), random.nextBoolean());
  }

  /** The names of its faults. */
  String name() {
    return faults.isEmpty()
        ? "no fault"
        : faults.stream().map(Fault::name).collect(Collectors.joining(" + "));
  }
}
