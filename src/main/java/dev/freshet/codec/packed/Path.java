package dev.freshet.codec.packed;

import java.util.ArrayList;
import java.util.List;

/** Steps from a document to a value within it. */
final class Path {
  /**
   * A member's name, or a place in an array.
   *
   * @param name empty for a place
   * @param place -1 for a name
   */
  record Step(String name, int place) {}

  private final String text;
  private final List<Step> steps = new ArrayList<>();
  private int at;

  private Path(String text) {
    this.text = text;
  }

  /**
   * Reads a path as {@link Document} describes it.
   *
   * @throws IllegalArgumentException if it is none
   */
  static List<Step> parse(String text) {
    Path path = new Path(text);
    while (path.at < text.length()) {
      path.step();
    }
    return path.steps;
  }

  private void step() {
    if (text.charAt(at) == '[') {
      int end = text.indexOf(']', at);
      if (end < 0 || !text.substring(at + 1, end).matches("\\d{1,9}")) {
        throw noPath();
      }
      steps.add(new Step("", Integer.parseInt(text, at + 1, end, 10)));
      at = end + 1;
      return;
    }
    if (!steps.isEmpty()) {
      if (text.charAt(at) != '.') {
        throw noPath();
      }
      at++;
    }
    steps.add(new Step(name(), -1));
  }

  private String name() {
    int start = at;
    if (at < text.length() && text.charAt(at) == '"') {
      int end = text.indexOf('"', at + 1);
      if (end < 0) {
        throw noPath();
      }
      at = end + 1;
      return text.substring(start + 1, end);
    }
    while (at < text.length() && text.charAt(at) != '.' && text.charAt(at) != '[') {
      at++;
    }
    if (at == start) {
      throw noPath();
    }
    return text.substring(start, at);
  }

  private IllegalArgumentException noPath() {
    return new IllegalArgumentException(
        "`%s` is no path: names with points between them, places as [0]".formatted(text));
  }
}
