package dev.freshet.cli.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Figures of several sides that were measured round by round.
 *
 * <p>What a machine can do changes within minutes: its disk, its neighbours. So sides are compared
 * within a round, where their runs follow each other, and the ratios of all rounds are looked at;
 * never the median of one side with the median of another.
 */
final class Rounds {
  private final Map<String, SortedMap<Integer, Double>> figures = new LinkedHashMap<>();

  /** Adds what was measured on a side in a round. */
  void add(int round, String side, double figure) {
    Double earlier = figures.computeIfAbsent(side, name -> new TreeMap<>()).put(round, figure);
    if (earlier != null) {
      throw new IllegalStateException("%s was measured twice in round %d".formatted(side, round));
    }
  }

  /** The figures of a side in the order of the rounds; empty if it was not measured. */
  Collection<Double> of(String side) {
    return figures.getOrDefault(side, new TreeMap<>()).values();
  }

  /** A side's figure divided by another side's of the same round, for each that has both. */
  List<Double> ratios(String side, String base) {
    SortedMap<Integer, Double> bases = figures.getOrDefault(base, new TreeMap<>());
    List<Double> ratios = new ArrayList<>();
    figures
        .getOrDefault(side, new TreeMap<>())
        .forEach(
            (round, figure) -> {
              Double of = bases.get(round);
              if (of != null) {
                ratios.add(figure / of);
              }
            });
    return ratios;
  }
}
