package dev.freshet.view;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A table whose changes affect a view, and the rule from its changed rows to entity keys.
 *
 * @param table the watched table
 * @param by the columns whose values a changed row logs; at least one
 * @param keys the query from {@code by} values to entity keys, run by the daemon; null if {@code
 *     by} is the entity key itself
 * @param columns count only changes of these (or the {@code by}) columns; empty for all
 * @param always whether changes count too that a subscription applies, or a session in the
 *     replication role {@code replica} makes
 */
public record Watch(
    RelationName table,
    List<String> by,
    @Nullable QueryTemplate keys,
    List<String> columns,
    boolean always) {

  public Watch {
    by = List.copyOf(by);
    columns = List.copyOf(columns);
    if (by.isEmpty()) {
      throw new IllegalArgumentException("a watch on " + table + " logs at least one column");
    }
  }

  /** All of this watch's meaning, as one text; equal texts mean equal watches. */
  public String definition() {
    return "table %s\nby %s\ncolumns %s\nalways %s\nkeys %s"
        .formatted(table.sql(), quoted(by), quoted(columns), always, keys == null ? "-" : keys);
  }

  private static String quoted(List<String> columns) {
    return columns.stream().map(RelationName::quoted).collect(Collectors.joining(", "));
  }
}
