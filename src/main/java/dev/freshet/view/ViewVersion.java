package dev.freshet.view;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of a view's documents, {@code major.minor}; another version's records are misses.
 *
 * @param major 0 to 255
 * @param minor 0 to 255
 */
public record ViewVersion(int major, int minor) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,3})(?:\\.(\\d{1,3}))?");

  public ViewVersion {
    if (major < 0 || major > 255 || minor < 0 || minor > 255) {
      throw new IllegalArgumentException(
          "the version %d.%d is out of range: each part is 0 to 255".formatted(major, minor));
    }
  }

  /**
   * Reads {@code major} or {@code major.minor}.
   *
   * @throws IllegalArgumentException if the text is neither, or a part is above 255
   */
  public static ViewVersion parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "the version `%s` is not of the form major.minor, as \"1.0\"".formatted(text));
    }
    String minor = matcher.group(2);
    return new ViewVersion(
        Integer.parseInt(matcher.group(1)), minor == null ? 0 : Integer.parseInt(minor));
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
