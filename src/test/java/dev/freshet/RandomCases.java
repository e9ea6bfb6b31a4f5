package dev.freshet;

import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Runs a check on many random cases, each with a seed of its own. A failure names the seed; {@code
 * -Dfreshet.seed=SEED} runs that case alone.
 */
public final class RandomCases {
  private static final List<String> PIECES =
      List.of(
          ":", "\\", "::", "\\:", "*", "?", "[a-c]", "{", "}", "'", "\"", ".", " ", "\n", "a", "B",
          "7", "é", "漢", "😀", "\u0001", "$$", "-", "^");

  private RandomCases() {}

  /**
   * Runs a check on so many cases.
   *
   * @param check fails by any exception or error
   */
  public static void check(int cases, Consumer<Random> check) {
    Long seedGiven = Long.getLong("freshet.seed");
    Random seeds = new Random();
    for (int i = 0; i < (seedGiven == null ? cases : 1); i++) {
      long seed = seedGiven == null ? seeds.nextLong() : seedGiven;
      try {
        check.accept(new Random(seed));
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            "case %d failed; repeat it with -Dfreshet.seed=%d\n%s"
                .formatted(i, seed, e.getMessage()),
            e);
      }
    }
  }

  /** Up to 8 pieces that have a meaning somewhere: separators, quotes, globs, long characters. */
  public static String hostileText(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(9); i > 0; i--) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return text.toString();
  }
}
