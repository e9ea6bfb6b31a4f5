package dev.freshet.postgres;

import dev.freshet.view.RelationName;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The text form of key columns, as SQL.
 *
 * <p>A trigger runs with its writer's settings, so an expression may use only what no setting
 * changes: a date goes through JSON, which is always ISO; a backslash is written in a string of the
 * form {@code E'…'}, which {@code standard_conforming_strings} does not touch; functions, operators
 * and types are named with their schema. An enum's text is its label, whatever cast its owner may
 * have made, which would run with Freshet's rights. The text is NULL if the value is.
 *
 * <p>Texts are compared by their bytes. Two columns may have two collations, which cannot be
 * joined, and a collation may take different texts, that is different entities, for equal.
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

  /**
   * Types whose values are numbers in an array that is being put together, not pieces of memory.
   */
  private static final Set<String> PASSED_BY_VALUE = Set.of("int2", "int4", "int8");

  static final String ALLOWED_TYPES =
      "integers, numeric, text (varchar, char, citext), uuid, boolean, date and enums";

  private KeyText() {}

  /** Whether a type, by its base name or {@code enum}, can be a key. */
  static boolean isKeyType(String baseType) {
    return ESCAPED_BY_TYPE.containsKey(baseType);
  }

  /** The text of one value, not escaped. */
  static String ofValue(String reference, String baseType) {
    return switch (baseType) {
      case "date" -> "(pg_catalog.to_jsonb(%s) OPERATOR(pg_catalog.#>>) '{}')".formatted(reference);
      case "enum" ->
          "CASE WHEN %1$s IS NOT NULL THEN pg_catalog.concat(%1$s) END".formatted(reference);
      default -> reference + "::pg_catalog.text";
    };
  }

  /**
   * The text form of a key, its values escaped and joined by {@code :}.
   *
   * @param prefix of the columns' names: a row and a dot, or nothing
   */
  static String ofKey(String prefix, List<TableShape.Column> columns) {
    return columns.stream()
        .map(column -> escaped(prefix, column))
        .collect(Collectors.joining(" OPERATOR(pg_catalog.||) ':' OPERATOR(pg_catalog.||) "));
  }

  /** The same, or a value whose array, cast to {@code text[]}, is one of such texts. */
  static String ofGathered(String prefix, List<TableShape.Column> columns) {
    TableShape.Column first = columns.get(0);
    return columns.size() == 1 && PASSED_BY_VALUE.contains(first.baseType())
        ? prefix + RelationName.quoted(first.name()) + "::pg_catalog." + first.baseType()
        : ofKey(prefix, columns);
  }

  private static String escaped(String prefix, TableShape.Column column) {
    String value = ofValue(prefix + RelationName.quoted(column.name()), column.baseType());
    return Boolean.TRUE.equals(ESCAPED_BY_TYPE.get(column.baseType()))
        ? "pg_catalog.replace(pg_catalog.replace(%s COLLATE pg_catalog.\"C\", E'\\\\', E'\\\\\\\\'), ':', E'\\\\:')"
            .formatted(value)
        : value;
  }
}
