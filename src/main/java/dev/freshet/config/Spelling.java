package dev.freshet.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Guesses which known word somebody meant to write. */
final class Spelling {
  private Spelling() {}

  /** The known word that is closest to what was written; empty if none is close. */
  static Optional<String> closest(String written, Collection<String> known) {
    return known.stream()
        .filter(word -> distance(written, word) <= Math.max(1, word.length() / 3))
        .min(Comparator.comparingInt(word -> distance(written, word)));
  }

  /**
   * How many letters must be put in, taken out, changed or swapped with their neighbour to make one
   * word of the other (optimal string alignment).
   */
  private static int distance(String from, String to) {
    int[][] costs = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        costs[i][j] = i == 0 || j == 0 ? i + j : cheapest(costs, from, to, i, j);
      }
    }
    return costs[from.length()][to.length()];
  }

  private static int cheapest(int[][] costs, String from, String to, int i, int j) {
    boolean isSame = from.charAt(i - 1) == to.charAt(j - 1);
    int cost = costs[i - 1][j - 1] + (isSame ? 0 : 1);
    cost = Math.min(cost, 1 + Math.min(costs[i - 1][j], costs[i][j - 1]));
    boolean isSwap =
        i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1);
    return isSwap ? Math.min(cost, 1 + costs[i - 2][j - 2]) : cost;
  }
}
