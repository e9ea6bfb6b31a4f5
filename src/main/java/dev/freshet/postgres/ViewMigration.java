package dev.freshet.postgres;

import dev.freshet.view.FeatureView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The SQL that writes down a view's present definition, or that it was removed. */
final class ViewMigration {
  private ViewMigration() {}

  static String descriptionOf(String view) {
    return "view " + view;
  }

  /**
   * Writes a view down, with its watch of people.
   *
   * @param at before this migration
   * @param viewId of the view, which may be there already
   * @param newPeopleId for its watch of people; null if that is in force
   */
  static List<String> install(
      FeatureView view, PlannedIds at, int viewId, @Nullable Integer newPeopleId) {
    String people = WatchName.ofPeople(view.name());
    List<String> statements = new ArrayList<>();
    if (viewId > at.viewIdMax()) {
      statements.add(
          "INSERT INTO freshet.view (id, name, key_template, definition_hash) VALUES (%s, %s, %s, %s)"
              .formatted(
                  viewId,
                  SqlLiteral.of(view.name()),
                  SqlLiteral.of(view.key().toString()),
                  SqlLiteral.of(view.definitionHash())));
    } else {
      statements.add(
          "UPDATE freshet.view SET key_template = %s, definition_hash = %s WHERE id = %s"
              .formatted(
                  SqlLiteral.of(view.key().toString()),
                  SqlLiteral.of(view.definitionHash()),
                  viewId));
    }
    if (newPeopleId != null) {
      statements.add(
          "INSERT INTO freshet.watch (id, view_id, name, definition_hash, sql_hash) VALUES (%s, %s, %s, 'people', 'people')"
              .formatted(newPeopleId, viewId, SqlLiteral.of(people)));
    }
    return statements;
  }

  /** Says that a view was removed; its row stays, so that its id is not given out again. */
  static List<String> remove(int viewId, @Nullable Integer peopleId) {
    List<String> statements = new ArrayList<>();
    statements.add(
        "UPDATE freshet.view SET definition_hash = '%s' WHERE id = %s"
            .formatted(Inventory.REMOVED, viewId));
    if (peopleId != null) {
      statements.add(WatchMigration.retire(peopleId));
    }
    return statements;
  }
}
