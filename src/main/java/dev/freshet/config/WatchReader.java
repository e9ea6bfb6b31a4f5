package dev.freshet.config;

import dev.freshet.view.QueryTemplate;
import dev.freshet.view.RelationName;
import dev.freshet.view.Watch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads a view's list {@code watch}. */
final class WatchReader {
  private static final Set<String> UNWATCHABLE_SCHEMAS =
      Set.of("freshet", "pg_catalog", "information_schema", "pg_toast");

  private final Section section;
  private final Optional<List<String>> placeholders;

  private WatchReader(Section section, Optional<List<String>> placeholders) {
    this.section = section;
    this.placeholders = placeholders;
  }

  /**
   * The watches without problems; others have been noted.
   *
   * @param placeholders of the view's key; empty if that could not be read
   */
  static List<Watch> readAll(Section view, Optional<List<String>> placeholders) {
    List<Section> sections = view.sections("watch");
    if (!view.has("watch")) {
      view.problem(
          "`watch` is missing; name each table whose changes affect the view, as `- table: public.images`");
    }
    List<Watch> watches = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Section section : sections) {
      new WatchReader(section, placeholders)
          .watch()
          .ifPresent(
              watch -> {
                if (!seen.add(watch.table() + " by " + watch.by())) {
                  section.problem(
                      "the table %s is watched by %s already; keep one of the two"
                          .formatted(watch.table(), String.join(", ", watch.by())));
                }
                watches.add(watch);
              });
    }
    return watches;
  }

  private Optional<Watch> watch() {
    Optional<RelationName> table =
        section.required("table", WatchReader::watchable, "table: public.images");
    List<String> columns = names("columns");
    Optional<QueryTemplate> keys = section.optional("keys", QueryTemplate::parse);
    List<String> by = section.has("by") ? names("by") : placeholders.orElse(List.of());
    boolean always = section.orDefault("always", Values::trueOrFalse, false);
    if (keys.isPresent() && !by.isEmpty()) {
      Bindings.check(section, "keys", keys.get(), "a column of `by`", by);
    } else if (!section.has("keys") && placeholders.isPresent() && !by.isEmpty()) {
      by = asEntityKey(by, placeholders.get());
    }
    if (table.isEmpty() || by.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new Watch(table.get(), by, keys.orElse(null), columns, always));
  }

  /** The columns in the order of the placeholders, if they are those. */
  private List<String> asEntityKey(List<String> by, List<String> placeholders) {
    if (!Set.copyOf(by).equals(Set.copyOf(placeholders))) {
      section.problem(
          "`by` (%s) is not the entity key (%s) and there is no `keys`; write the query from the one to the other, as `keys: SELECT %s FROM … WHERE … = ANY(%s)`"
              .formatted(
                  String.join(", ", by),
                  String.join(", ", placeholders),
                  String.join(", ", placeholders),
                  QueryTemplate.parameter(by.get(0))));
      return by;
    }
    return placeholders;
  }

  private List<String> names(String key) {
    List<String> names = section.list(key, WatchReader::columnName);
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        section.problem(key, "names `%s` twice; keep one".formatted(name));
      }
    }
    return names;
  }

  /** A column may be called a space. */
  private static String columnName(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("is empty; write the name of a column");
    }
    return text;
  }

  private static RelationName watchable(String text) {
    RelationName table = RelationName.parse(text);
    if (UNWATCHABLE_SCHEMAS.contains(table.schema())) {
      throw new IllegalArgumentException(
          "`%s` belongs to Postgres or to Freshet itself; watch a table of your own"
              .formatted(text));
    }
    return table;
  }
}
