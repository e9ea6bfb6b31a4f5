package dev.freshet.change;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The head of a chain: how far the change log has been applied to one Redis, and by which write.
 *
 * @param isSweeping whether a new chain's first sweep has not ended; its position is then where the
 *     change log will be read from after it
 * @param position what has been applied, deletions first
 * @param attempt a random id of the read of the change log that this link comes from
 * @param chunk the number of the write within its attempt, from 0
 */
public record Link(boolean isSweeping, PgSnapshot position, String attempt, int chunk) {
  private static final Pattern FORM =
      Pattern.compile("(applied|sweeping) (\\d+:\\d+:[\\d,]*) ([0-9a-f]{16}) (\\d{1,9})");

  /**
   * Reads a link's text form.
   *
   * @throws IllegalArgumentException if the text is no link
   */
  public static Link parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("`%s` is no link of a chain".formatted(text));
    }
    return new Link(
        matcher.group(1).equals("sweeping"),
        PgSnapshot.parse(matcher.group(2)),
        matcher.group(3),
        Integer.parseInt(matcher.group(4)));
  }

  /** The text form, as it stands in Redis: state, position, attempt, chunk. */
  @Override
  public String toString() {
    return "%s %s %s %d".formatted(isSweeping ? "sweeping" : "applied", position, attempt, chunk);
  }
}
