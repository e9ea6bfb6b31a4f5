package dev.freshet.view;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A query with named parameters, as {@code … = ANY(:image_id::bigint[])}; each is bound as a {@code
 * text[]}.
 *
 * <p>A name that is not made of letters, digits, {@code _} and {@code $} is written in double
 * quotes, as {@code :"we""ird"}.
 *
 * <p>{@code :name} counts as a parameter only where SQL would allow a value: not in strings, quoted
 * names, dollar quotes, comments, casts ({@code ::}) or array slices ({@code [1:n]} with a space or
 * digit after the colon).
 */
public final class QueryTemplate {
  /** Begins a mark; no SQL can hold it. */
  private static final char MARK = '\0';

  /** Stands for a parameter. */
  private static final String PARAMETER = MARK + "p";

  /** Stands for {@code ?} in an operator. */
  private static final String QUESTION_MARK = MARK + "q";

  private final String text;
  private final String markedSql;
  private final List<String> parameters;

  private QueryTemplate(String text, String markedSql, List<String> parameters) {
    this.text = text;
    this.markedSql = markedSql;
    this.parameters = List.copyOf(parameters);
  }

  /**
   * Reads a query.
   *
   * @param text one SELECT; a {@code ;} after it is dropped
   * @throws IllegalArgumentException if the query is empty, unterminated, or more than one, or
   *     holds a NUL
   */
  public static QueryTemplate parse(String text) {
    if (text.indexOf(MARK) >= 0) {
      throw new IllegalArgumentException("the query holds a NUL character; remove it");
    }
    StringBuilder out = new StringBuilder(text.length() + 32);
    List<String> parameters = new ArrayList<>();
    int end = text.length();
    int i = 0;
    while (i < end) {
      int opaque = endOfOpaque(text, i);
      if (opaque > i) {
        // Without line comments the query can be followed by more SQL on its last line.
        out.append(text, i, text.startsWith("--", i) ? i : opaque);
        i = opaque;
      } else if (text.charAt(i) == ';') {
        refuseFurtherStatement(text, i);
        end = i;
      } else {
        i = copyToken(text, i, out, parameters);
      }
    }
    if (out.toString().isBlank()) {
      throw new IllegalArgumentException("the query is empty; write one SELECT");
    }
    return new QueryTemplate(text.substring(0, end).strip(), out.toString().strip(), parameters);
  }

  /** Copies the character, cast or parameter at {@code at}, and says where the next one is. */
  private static int copyToken(String sql, int at, StringBuilder out, List<String> parameters) {
    char c = sql.charAt(at);
    if (c == '?') {
      out.append(QUESTION_MARK);
    } else if (sql.startsWith("::", at)) {
      out.append("::");
      return at + 2;
    } else if (c == ':' && at + 1 < sql.length() && isNameStart(sql.charAt(at + 1))) {
      int to = at + 1;
      while (to < sql.length() && isNamePart(sql.charAt(to))) {
        to++;
      }
      parameters.add(sql.substring(at + 1, to));
      out.append(PARAMETER);
      return to;
    } else if (sql.startsWith(":\"", at)) {
      int to = endOfName(sql, at + 1);
      parameters.add(sql.substring(at + 2, to - 1).replace("\"\"", "\""));
      out.append(PARAMETER);
      return to;
    } else {
      out.append(c);
    }
    return at + 1;
  }

  private static void refuseFurtherStatement(String sql, int at) {
    int i = at;
    while (i < sql.length()) {
      if (sql.startsWith("--", i) || sql.startsWith("/*", i)) {
        i = endOfOpaque(sql, i);
      } else if (sql.charAt(i) == ';' || Character.isWhitespace(sql.charAt(i))) {
        i++;
      } else {
        throw new IllegalArgumentException(
            "the query holds more than one statement; write one SELECT");
      }
    }
  }

  /**
   * Where the string, quoted name, dollar quote or comment at {@code at} ends; {@code at} if none.
   */
  private static int endOfOpaque(String sql, int at) {
    char c = sql.charAt(at);
    if (c == '\'') {
      boolean hasEscapes =
          at > 0
              && Character.toLowerCase(sql.charAt(at - 1)) == 'e'
              && (at == 1 || !isNamePart(sql.charAt(at - 2)));
      return hasEscapes ? endOfEscapeString(sql, at) : endOfQuoted(sql, at);
    } else if (c == '"') {
      return endOfQuoted(sql, at);
    } else if (sql.startsWith("--", at)) {
      return endOfLine(sql, at);
    } else if (sql.startsWith("/*", at)) {
      return endOfComment(sql, at);
    } else if (c == '$' && (at == 0 || !isNamePart(sql.charAt(at - 1)))) {
      return endOfDollarQuoted(sql, at);
    }
    return at;
  }

  private static int endOfLine(String sql, int at) {
    int i = at;
    while (i < sql.length() && sql.charAt(i) != '\n' && sql.charAt(i) != '\r') {
      i++;
    }
    return i;
  }

  private static int endOfDollarQuoted(String sql, int at) {
    int tagEnd = at + 1;
    while (tagEnd < sql.length() && isNamePart(sql.charAt(tagEnd)) && sql.charAt(tagEnd) != '$') {
      tagEnd++;
    }
    if (tagEnd == sql.length() || sql.charAt(tagEnd) != '$') {
      return at;
    }
    String tag = sql.substring(at, tagEnd + 1);
    int end = sql.indexOf(tag, tagEnd + 1);
    if (end < 0) {
      throw new IllegalArgumentException(
          "the dollar quote %s does not end; write %s after it".formatted(tag, tag));
    }
    return end + tag.length();
  }

  private static int endOfQuoted(String sql, int at) {
    int end = sql.indexOf(sql.charAt(at), at + 1);
    if (end < 0) {
      throw unterminated(sql, at);
    }
    return end + 1; // a doubled quote begins the next quoted piece, which is as good
  }

  /** A whole quoted name, in which a quote is doubled. */
  private static int endOfName(String sql, int at) {
    int end = endOfQuoted(sql, at);
    while (sql.startsWith("\"", end)) {
      end = endOfQuoted(sql, end);
    }
    return end;
  }

  /** A string in which {@code \} takes the next character's meaning, and a quote is doubled. */
  private static int endOfEscapeString(String sql, int at) {
    for (int i = at + 1; i < sql.length(); i++) {
      char c = sql.charAt(i);
      boolean isDoubled = c == '\'' && i + 1 < sql.length() && sql.charAt(i + 1) == '\'';
      if (c == '\\' || isDoubled) {
        i++;
      } else if (c == '\'') {
        return i + 1;
      }
    }
    throw unterminated(sql, at);
  }

  private static IllegalArgumentException unterminated(String sql, int at) {
    return new IllegalArgumentException(
        "the quote before `%s` does not end; close it"
            .formatted(sql.substring(at + 1, Math.min(sql.length(), at + 21)).strip()));
  }

  private static int endOfComment(String sql, int at) {
    int depth = 0;
    for (int i = at; i < sql.length() - 1; i++) {
      if (sql.startsWith("/*", i)) {
        depth++;
        i++;
      } else if (sql.startsWith("*/", i)) {
        depth--;
        i++;
        if (depth == 0) {
          return i + 1;
        }
      }
    }
    throw new IllegalArgumentException("a /* comment does not end; write */ after it");
  }

  private static boolean isNameStart(char c) {
    return c == '_' || Character.isLetter(c);
  }

  private static boolean isNamePart(char c) {
    return c == '_' || c == '$' || Character.isLetterOrDigit(c);
  }

  /**
   * The SQL with {@code ?::text[]} for each parameter, {@code ?} operators escaped for JDBC, and no
   * line comments.
   */
  public String positionalSql() {
    return markedSql.replace(PARAMETER, "?::text[]").replace(QUESTION_MARK, "??");
  }

  /**
   * The SQL with the same expression in place of each parameter, and no line comments; not for JDBC
   * to look for {@code ?} in.
   *
   * @param parameter an expression of type {@code text[]}
   */
  public String sqlWith(String parameter) {
    return markedSql.replace(PARAMETER, parameter).replace(QUESTION_MARK, "?");
  }

  /** The parameter of each {@code ?} in {@link #positionalSql()}, in order; names may repeat. */
  public List<String> parameters() {
    return parameters;
  }

  /** How a parameter of this name is written in a query. */
  public static String parameter(String name) {
    boolean isPlain =
        !name.isEmpty()
            && isNameStart(name.charAt(0))
            && name.chars().allMatch(c -> isNamePart((char) c));
    return ":" + (isPlain ? name : RelationName.quoted(name));
  }

  /** The names of the parameters, each once. */
  public Set<String> parameterNames() {
    return new LinkedHashSet<>(parameters);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QueryTemplate query && query.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** The query as written. */
  @Override
  public String toString() {
    return text;
  }
}
