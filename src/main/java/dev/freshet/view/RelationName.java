package dev.freshet.view;

import java.util.ArrayList;
import java.util.List;

/**
 * The schema-qualified name of a table.
 *
 * @param schema as in {@code pg_namespace.nspname}
 * @param name as in {@code pg_class.relname}
 */
public record RelationName(String schema, String name) {

  /**
   * Reads {@code schema.name} with the quoting rules of SQL: unquoted parts are folded to lower
   * case, {@code "quoted"} parts are taken as written.
   *
   * @throws IllegalArgumentException if the text is not a name of two parts
   */
  public static RelationName parse(String text) {
    List<String> parts = new ArrayList<>();
    int i = 0;
    while (true) {
      StringBuilder part = new StringBuilder();
      if (i < text.length() && text.charAt(i) == '"') {
        i++;
        while (i < text.length()
            && (text.charAt(i) != '"' || (i + 1 < text.length() && text.charAt(i + 1) == '"'))) {
          i += text.charAt(i) == '"' ? 1 : 0;
          part.append(text.charAt(i++));
        }
        if (i == text.length()) {
          throw notAName(text);
        }
        i++;
      } else {
        while (i < text.length() && text.charAt(i) != '.' && text.charAt(i) != '"') {
          part.append(Character.toLowerCase(text.charAt(i++)));
        }
      }
      if (part.isEmpty() || part.chars().anyMatch(c -> c == 0)) {
        throw notAName(text);
      }
      parts.add(part.toString());
      if (i == text.length()) {
        break;
      }
      if (text.charAt(i++) != '.') {
        throw notAName(text);
      }
    }
    if (parts.size() != 2) {
      throw notAName(text);
    }
    return new RelationName(parts.get(0), parts.get(1));
  }

  private static IllegalArgumentException notAName(String text) {
    return new IllegalArgumentException(
        "`%s` is no schema-qualified table name; write schema.table, with \"quotes\" where SQL needs them"
            .formatted(text));
  }

  /** The name as SQL, both parts quoted. */
  public String sql() {
    return quoted(schema) + "." + quoted(name);
  }

  /** An identifier as SQL, quoted. */
  public static String quoted(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  @Override
  public String toString() {
    return plain(schema) + "." + plain(name);
  }

  private static String plain(String part) {
    return part.matches("[a-z_][a-z0-9_$]*") ? part : quoted(part);
  }
}
