package dev.freshet.view;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * The values that identify one entity of a view, in the order of the key template's placeholders.
 *
 * <p>The text form joins the values by {@code :}; a {@code :} or {@code \} inside a value is
 * preceded by {@code \}. It is injective: {@code parse(key.text(), n).equals(key)} for every key of
 * {@code n} values, so two entities never share a text form.
 *
 * @param values one text per placeholder, as Postgres writes the column's value with pinned
 *     settings
 */
public record EntityKey(List<String> values) {

  public EntityKey {
    values = List.copyOf(values);
    if (values.isEmpty()) {
      throw new IllegalArgumentException("an entity key has at least one value");
    }
  }

  public static EntityKey of(String... values) {
    return new EntityKey(List.of(values));
  }

  /**
   * Reads a key from its text form.
   *
   * @param text the values joined by {@code :}
   * @param arity how many values the key has, at least 1
   * @throws MalformedKeyException if the text has another number of values, ends in the middle of
   *     an escape, escapes a character that needs none, or holds a NUL character
   */
  public static EntityKey parse(String text, int arity) {
    List<String> values = new ArrayList<>(arity);
    StringBuilder value = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\0') {
        throw new MalformedKeyException("a key cannot hold the character U+0000 (at " + i + ")");
      } else if (c == ':') {
        values.add(value.toString());
        value.setLength(0);
      } else if (c == '\\') {
        i++;
        if (i == text.length() || (text.charAt(i) != ':' && text.charAt(i) != '\\')) {
          throw new MalformedKeyException(
              "in the key `%s` the `\\` at %d must be followed by `:` or `\\`"
                  .formatted(text, i - 1));
        }
        value.append(text.charAt(i));
      } else {
        value.append(c);
      }
    }
    values.add(value.toString());
    if (values.size() != arity) {
      throw new MalformedKeyException(
          "the key `%s` has %d value%s, but this view's keys have %d (a `:` inside a value is written `\\:`)"
              .formatted(text, values.size(), values.size() == 1 ? "" : "s", arity));
    }
    return new EntityKey(values);
  }

  /** The values joined by {@code :}, escaped. */
  public String text() {
    StringJoiner text = new StringJoiner(":");
    for (String value : values) {
      text.add(escaped(value));
    }
    return text.toString();
  }

  static String escaped(String value) {
    if (value.indexOf(':') < 0 && value.indexOf('\\') < 0) {
      return value;
    }
    return value.replace("\\", "\\\\").replace(":", "\\:");
  }

  @Override
  public String toString() {
    return text();
  }
}
