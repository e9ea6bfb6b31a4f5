package dev.freshet.postgres;

import org.jspecify.annotations.Nullable;

/** Values written into SQL text, right under every setting of a session. */
final class SqlLiteral {
  private SqlLiteral() {}

  /**
   * A text as a literal. One with a backslash is an escape string, which means the same whether
   * {@code standard_conforming_strings} is on or off; backslashes and quotes are octal in it,
   * because the driver takes a quote after two backslashes for one that is escaped.
   */
  static String of(String text) {
    return text.indexOf('\\') < 0
        ? "'" + text.replace("'", "''") + "'"
        : "E'" + text.replace("\\", "\\134").replace("'", "\\047") + "'";
  }

  /** A number, or NULL. */
  static String of(@Nullable Integer number) {
    return number == null ? "NULL" : number.toString();
  }
}
