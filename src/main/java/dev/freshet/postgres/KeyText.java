package dev.freshet.postgres;

import dev.freshet.view.RelationName;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The text form of key columns, as SQL.
 *
 * <p>A trigger runs with its writer's settings, so an expression may use only casts that no setting
 * changes; a date goes through JSON, which is always ISO.
 */
final class KeyText {
  /**
   * The types that key columns may have, by their names in {@code pg_type}, and whether their text
   * can hold a separator.
   */
  private static final Map<String, Boolean> ESCAPED_BY_TYPE =
      Map.ofEntries(
          Map.entry("int2", false),
          Map.entry("int4", false),
          Map.entry("int8", false),
          Map.entry("uuid", false),
          Map.entry("bool", false),
          Map.entry("numeric", false),
          Map.entry("date", false),
          Map.entry("text", true),
          Map.entry("varchar", true),
          Map.entry("bpchar", true),
          Map.entry("name", true),
          Map.entry("citext", true),
          Map.entry("enum", true));

  static final String ALLOWED_TYPES =
      "integers, numeric, text (varchar, char, citext), uuid, boolean, date and enums";

  private KeyText() {}

  /** Whether a type, by its base name or {@code enum}, can be a key. */
  static boolean isKeyType(String baseType) {
    return ESCAPED_BY_TYPE.containsKey(baseType);
  }

  /** The text of one value, not escaped. */
  static String ofValue(String reference, String baseType) {
    return baseType.equals("date")
        ? "(pg_catalog.to_jsonb(%s) #>> '{}')".formatted(reference)
        : reference + "::text";
  }

  /** The text form of a key, its values escaped and joined by {@code :}. */
  static String ofKey(String row, List<TableShape.Column> columns) {
    return columns.stream()
        .map(column -> escaped(row, column))
        .collect(Collectors.joining(" || ':' || "));
  }

  private static String escaped(String row, TableShape.Column column) {
    String value = ofValue(row + "." + RelationName.quoted(column.name()), column.baseType());
    return Boolean.TRUE.equals(ESCAPED_BY_TYPE.get(column.baseType()))
        ? "replace(replace(%s, '\\', '\\\\'), ':', '\\:')".formatted(value)
        : value;
  }
}
