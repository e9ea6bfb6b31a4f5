package dev.freshet.view;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A query with named parameters, as {@code … = ANY(:image_id::bigint[])}; each is bound as a {@code
 * text[]}.
 *
 * <p>{@code :name} counts as a parameter only where SQL would allow a value: not in strings, quoted
 * names, dollar quotes, comments, casts ({@code ::}) or array slices ({@code [1:n]} with a space or
 * digit after the colon).
 */
public final class QueryTemplate {
  private final String text;
  private final String positionalSql;
  private final List<String> parameters;

  private QueryTemplate(String text, String positionalSql, List<String> parameters) {
    this.text = text;
    this.positionalSql = positionalSql;
    this.parameters = List.copyOf(parameters);
  }

  /**
   * Reads a query.
   *
   * @param text one SELECT; a trailing {@code ;} is dropped
   * @throws IllegalArgumentException if the query is empty, unterminated, or more than one
   */
  public static QueryTemplate parse(String text) {
    String sql = text.strip();
    while (sql.endsWith(";")) {
      sql = sql.substring(0, sql.length() - 1).stripTrailing();
    }
    if (sql.isEmpty()) {
      throw new IllegalArgumentException("the query is empty");
    }
    StringBuilder out = new StringBuilder(sql.length() + 32);
    List<String> parameters = new ArrayList<>();
    int i = 0;
    while (i < sql.length()) {
      int end = endOfOpaque(sql, i);
      if (end > i) {
        out.append(sql, i, end);
        i = end;
        continue;
      }
      char c = sql.charAt(i);
      if (c == ';') {
        throw new IllegalArgumentException("the query holds more than one statement");
      } else if (c == '?') {
        out.append("??");
        i++;
      } else if (c == ':' && sql.startsWith("::", i)) {
        out.append("::");
        i += 2;
      } else if (c == ':' && i + 1 < sql.length() && isNameStart(sql.charAt(i + 1))) {
        int to = i + 1;
        while (to < sql.length() && isNamePart(sql.charAt(to))) {
          to++;
        }
        parameters.add(sql.substring(i + 1, to));
        out.append("?::text[]");
        i = to;
      } else {
        out.append(c);
        i++;
      }
    }
    return new QueryTemplate(sql, out.toString(), parameters);
  }

  /**
   * Where the string, quoted name, dollar quote or comment at {@code at} ends; {@code at} if none.
   */
  private static int endOfOpaque(String sql, int at) {
    char c = sql.charAt(at);
    if (c == '\'') {
      boolean escapes =
          at > 0
              && Character.toLowerCase(sql.charAt(at - 1)) == 'e'
              && (at == 1 || !isNamePart(sql.charAt(at - 2)));
      return endOfQuoted(sql, at, '\'', escapes);
    } else if (c == '"') {
      return endOfQuoted(sql, at, '"', false);
    } else if (sql.startsWith("--", at)) {
      int end = sql.indexOf('\n', at);
      return end < 0 ? sql.length() : end;
    } else if (sql.startsWith("/*", at)) {
      return endOfComment(sql, at);
    } else if (c == '$' && (at == 0 || !isNamePart(sql.charAt(at - 1)))) {
      int tagEnd = at + 1;
      while (tagEnd < sql.length() && isNamePart(sql.charAt(tagEnd)) && sql.charAt(tagEnd) != '$') {
        tagEnd++;
      }
      if (tagEnd < sql.length() && sql.charAt(tagEnd) == '$') {
        String tag = sql.substring(at, tagEnd + 1);
        int end = sql.indexOf(tag, tagEnd + 1);
        if (end < 0) {
          throw new IllegalArgumentException("the dollar quote " + tag + " does not end");
        }
        return end + tag.length();
      }
    }
    return at;
  }

  private static int endOfQuoted(String sql, int at, char quote, boolean escapes) {
    for (int i = at + 1; i < sql.length(); i++) {
      if (escapes && sql.charAt(i) == '\\') {
        i++;
      } else if (sql.charAt(i) == quote) {
        return i + 1; // a doubled quote begins the next quoted piece, which is as good
      }
    }
    throw new IllegalArgumentException("the quote at %d does not end".formatted(at));
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
    throw new IllegalArgumentException("the comment at %d does not end".formatted(at));
  }

  private static boolean isNameStart(char c) {
    return c == '_' || Character.isLetter(c);
  }

  private static boolean isNamePart(char c) {
    return c == '_' || c == '$' || Character.isLetterOrDigit(c);
  }

  /**
   * The SQL with {@code ?::text[]} for each parameter, and {@code ?} operators escaped for JDBC.
   */
  public String positionalSql() {
    return positionalSql;
  }

  /** The parameter of each {@code ?} in {@link #positionalSql()}, in order; names may repeat. */
  public List<String> parameters() {
    return parameters;
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
