package dev.freshet.cli.consistency;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Which episodes there are, by a seed: the same seed gives the same schedule. */
final class Schedule {
  private Schedule() {}

  /**
   * Every fault singly, then pairs.
   *
   * @param pairs how many pairs of all faults there are, drawn at random
   */
  static List<Episode> of(List<Fault> singly, int pairs, long seed) {
    Random random = new Random(seed);
    List<Episode> episodes = new ArrayList<>();
    singly.forEach(fault -> episodes.add(Episode.of(List.of(fault), random)));
    List<Fault> all = Faults.named(List.of("all"));
    for (int i = 0; i < pairs; i++) {
      Fault first = all.get(random.nextInt(all.size()));
      Fault second = all.get(random.nextInt(all.size() - 1));
      if (second.equals(first)) {
        second = all.get(all.size() - 1);
      }
      episodes.add(Episode.of(List.of(first, second), random));
    }
    return episodes;
  }
}
