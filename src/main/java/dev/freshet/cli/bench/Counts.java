package dev.freshet.cli.bench;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Numbers of things to try one after the other, each once.
 *
 * @param values positive
 */
public record Counts(List<Integer> values) {
  private static final String NONE = "none";

  public Counts {
    values = List.copyOf(values);
    if (values.stream().distinct().count() < values.size()) {
      throw new IllegalArgumentException(
          "`%s` holds a number twice; write each once".formatted(text(values)));
    }
  }

  /**
   * Reads numbers with commas between them, as {@code 1,16,64}; {@code none}, or nothing, is none.
   *
   * @throws IllegalArgumentException if the text is of another form
   */
  public static Counts parse(String text) {
    if (text.isEmpty() || text.equals(NONE)) {
      return new Counts(List.of());
    }
    if (!text.matches("[1-9]\\d{0,8}(,[1-9]\\d{0,8})*")) {
      throw new IllegalArgumentException(
          "`%s` are no numbers; write them with commas between, as 1,16,64, or `%s`"
              .formatted(text, NONE));
    }
    return new Counts(Stream.of(text.split(",", -1)).map(Integer::valueOf).toList());
  }

  /** The largest; 0 if there is none. */
  int max() {
    return values.stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  boolean isEmpty() {
    return values.isEmpty();
  }

  private static String text(List<Integer> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /** The form that {@link #parse} reads. */
  @Override
  public String toString() {
    return values.isEmpty() ? NONE : text(values);
  }
}
