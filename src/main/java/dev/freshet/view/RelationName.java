package dev.freshet.view;

import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The schema-qualified name of a table.
 *
 * @param schema as in {@code pg_namespace.nspname}
 * @param name as in {@code pg_class.relname}
 */
public record RelationName(String schema, String name) {
  private static final Pattern ASCII_CAPITALS = Pattern.compile("[A-Z]+");
  private static final String PART = "(?:\"((?:[^\"\0]|\"\")+)\"|([\\p{L}_][\\p{L}\\p{N}_$]*))";
  private static final Pattern NAME = Pattern.compile(PART + "\\." + PART);

  /**
   * Reads {@code schema.name} with the quoting rules of SQL: unquoted parts are letters, digits,
   * {@code _} and {@code $}, with A to Z folded to lower case; {@code "quoted"} parts are taken as
   * written.
   *
   * @throws IllegalArgumentException if the text is not a name of two parts
   */
  public static RelationName parse(String text) {
    Matcher matcher = NAME.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "`%s` is no schema-qualified table name; write schema.table, with \"quotes\" where SQL needs them"
              .formatted(text));
    }
    return new RelationName(
        part(matcher.group(1), matcher.group(2)), part(matcher.group(3), matcher.group(4)));
  }

  private static String part(@Nullable String quoted, @Nullable String unquoted) {
    return quoted != null ? quoted.replace("\"\"", "\"") : folded(Objects.requireNonNull(unquoted));
  }

  /** As Postgres folds in UTF-8: no letters but A to Z. */
  private static String folded(String part) {
    return ASCII_CAPITALS.matcher(part).replaceAll(m -> m.group().toLowerCase(Locale.ROOT));
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
