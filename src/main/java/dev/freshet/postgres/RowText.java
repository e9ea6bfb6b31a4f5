package dev.freshet.postgres;

import dev.freshet.view.RelationName;
import dev.freshet.view.Watch;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a watch takes from a changed row, as SQL.
 *
 * <p>It runs with the writer's settings, so every function, operator and type is named with its
 * schema: whatever stands on the writer's {@code search_path} is never called.
 */
record RowText(Watch watch, TableShape shape) {

  /** The text form of the row's key; NULL if a key column is. */
  String key(String row) {
    return KeyText.ofKey(row + ".", shape.columns(watch.by()));
  }

  /**
   * The same, of the only row in reach, by names without a row before them: such a name may also be
   * one of a query around.
   */
  String key() {
    return KeyText.ofKey("", shape.columns(watch.by()));
  }

  /**
   * What becomes the key's text as part of an array, and takes less memory where that is put
   * together.
   */
  String gathered(String row) {
    return KeyText.ofGathered(row + ".", shape.columns(watch.by()));
  }

  /** Whether only some columns count. */
  boolean isFiltered() {
    return !watch.columns().isEmpty();
  }

  /** Whether two images of one row differ in a column that counts. */
  String differs(String oldRow, String newRow) {
    List<String> compared =
        Stream.of(watch.columns(), watch.by(), shape.primaryKeyColumns())
            .flatMap(List::stream)
            .distinct()
            .toList();
    return "%s OPERATOR(pg_catalog.*<>) %s"
        .formatted(image(oldRow, compared), image(newRow, compared));
  }

  private static String image(String row, List<String> columns) {
    return columns.stream()
        .map(column -> column(row, column))
        .collect(Collectors.joining(", ", "ROW(", ")::pg_catalog.record"));
  }

  static String column(String row, String column) {
    return row + "." + RelationName.quoted(column);
  }

  /**
   * Whether a statement's new rows tell all that an update changed, but for updates of the key's
   * own columns, of which {@link KeyChange} tells.
   */
  boolean areNewRowsEnough() {
    return !isFiltered()
        && !shape.isChangedBeforeUpdate()
        && Set.copyOf(watch.by()).equals(Set.copyOf(shape.primaryKeyColumns()));
  }

  /** Whether no two rows have the same key. */
  boolean isKeyUnique() {
    return !shape.primaryKey().isEmpty() && watch.by().containsAll(shape.primaryKeyColumns());
  }
}
