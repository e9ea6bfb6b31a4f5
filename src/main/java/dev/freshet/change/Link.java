package dev.freshet.change;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The head of a chain: how far the change log has been applied to one Redis, and by which write.
 *
 * @param isSweeping whether a new chain's first sweep has not ended; its position is then where the
 *     change log will be read from after it
 * @param position what has been applied, deletions first
 * @param attempt a random id of the read of the change log that this link comes from; 16
 *     hexadecimal digits
 * @param chunk the number of the write within its attempt, 0 to 999,999,999
 */
public record Link(boolean isSweeping, PgSnapshot position, String attempt, int chunk) {
  private static final Pattern FORM =
      Pattern.compile("(applied|sweeping) (\\d+:\\d+:[\\d,]*) ([0-9a-f]{16}) (\\d{1,9})");
  private static final Pattern ATTEMPT = Pattern.compile("[0-9a-f]{16}");

  public Link {
    if (!ATTEMPT.matcher(attempt).matches() || chunk < 0 || chunk > 999_999_999) {
      throw new IllegalArgumentException(
          "no link: attempt `%s` is not 16 hexadecimal digits, or chunk %s is out of range"
              .formatted(attempt, chunk));
    }
  }

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
    // Not by a format: that would write the digits of the machine's locale.
    return (isSweeping ? "sweeping " : "applied ") + position + " " + attempt + " " + chunk;
  }
}
