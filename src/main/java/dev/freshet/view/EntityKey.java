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
 *     settings; without U+0000 and halves of surrogate pairs, which no text in Postgres holds
 */
public record EntityKey(List<String> values) {

  /**
   * @throws MalformedKeyException if a value holds what no text in Postgres can
   */
  public EntityKey {
    values = List.copyOf(values);
    if (values.isEmpty()) {
      throw new IllegalArgumentException("an entity key has at least one value");
    }
    values.forEach(EntityKey::refuseUnwritable);
  }

  /**
   * A key of these values.
   *
   * @throws MalformedKeyException as the constructor does
   */
  public static EntityKey of(String... values) {
    return new EntityKey(List.of(values));
  }

  /**
   * Reads a key from its text form.
   *
   * @param text the values joined by {@code :}
   * @param arity how many values the key has, at least 1
   * @throws MalformedKeyException if the text has another number of values, ends in the middle of
   *     an escape, escapes a character that needs none, or holds what Postgres cannot
   */
  public static EntityKey parse(String text, int arity) {
    if (arity == 1 && needsNoEscape(text)) {
      return new EntityKey(List.of(text));
    }
    List<String> values = new ArrayList<>(arity);
    StringBuilder value = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ':') {
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

  /** Half a surrogate pair would become a {@code ?} in UTF-8, and so the key of another entity. */
  private static void refuseUnwritable(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\0') {
        throw new MalformedKeyException("a key cannot hold the character U+0000");
      }
      if (Character.isSurrogate(c)) {
        boolean isPair =
            Character.isHighSurrogate(c)
                && i + 1 < value.length()
                && Character.isLowSurrogate(value.charAt(i + 1));
        if (!isPair) {
          throw new MalformedKeyException("a key cannot hold half a surrogate pair");
        }
        i++;
      }
    }
  }

  private static boolean needsNoEscape(String value) {
    return value.indexOf(':') < 0 && value.indexOf('\\') < 0;
  }

  static String escaped(String value) {
    if (needsNoEscape(value)) {
      return value;
    }
    return value.replace("\\", "\\\\").replace(":", "\\:");
  }

  @Override
  public String toString() {
    return text();
  }
}
