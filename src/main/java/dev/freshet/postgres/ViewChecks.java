package dev.freshet.postgres;

import dev.freshet.postgres.QueryRelations.Relation;
import dev.freshet.view.FeatureView;
import dev.freshet.view.QueryTemplate;
import dev.freshet.view.RelationName;
import dev.freshet.view.Watch;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Compares one view of a configuration with the database that it is to be installed in. */
final class ViewChecks {
  private static final String RIGHT_IS_MISSING = "42501";

  private final Connection connection;
  private final FeatureView view;
  private final QueryRelations relations;
  private final RoleRights rights;
  private final List<String> problems = new ArrayList<>();

  ViewChecks(Connection connection, FeatureView view) {
    this.connection = connection;
    this.view = view;
    this.relations = new QueryRelations(connection);
    this.rights = new RoleRights(connection);
  }

  /** All problems, each with where and what to do; empty if there is none. */
  List<String> problems() throws SQLException {
    Set<String> watched = new HashSet<>();
    for (Watch watch : view.watches()) {
      watched.add(relations.oidOf(watch.table()));
    }
    checkLoad(watched);
    for (int i = 0; i < view.watches().size(); i++) {
      checkWatch(view.watches().get(i), "views.%s.watch[%d]".formatted(view.name(), i), watched);
    }
    return problems;
  }

  private void checkLoad(Set<String> watched) throws SQLException {
    String where = "views.%s.load".formatted(view.name());
    Set<String> covered = new HashSet<>(watched);
    covered.addAll(readsOnPurpose());
    KeyedQuery load = new KeyedQuery(view.load(), view.key().placeholders());
    Optional<List<String>> columns = resultColumns(where, load);
    if (columns.isEmpty()) {
      return;
    }
    for (String placeholder : view.key().placeholders()) {
      if (!columns.get().contains(placeholder)) {
        problems.add(
            "%s: does not return the column %s of the key %s; it returns %s"
                .formatted(where, placeholder, view.key(), String.join(", ", columns.get())));
      }
    }
    if (view.key().placeholders().containsAll(columns.get())) {
      problems.add(
          "%s: returns nothing but the key; return the document as a further column"
              .formatted(where));
    }
    for (Relation relation : readBy(where, view.load())) {
      if (Collections.disjoint(relation.selfAndAncestors(), covered)) {
        problems.add(
            "%s: reads %s%s, whose changes no watch of the view sees; watch it, or list it under `reads` if documents need not follow it"
                .formatted(
                    where,
                    relation.name(),
                    relation.kind().equals("m") ? " (a materialized view fires no trigger)" : ""));
      }
    }
  }

  /** What {@code reads} names, and what the views among that read. */
  private Set<String> readsOnPurpose() throws SQLException {
    Set<String> oids = new HashSet<>();
    for (RelationName name : view.reads()) {
      String oid = relations.oidOf(name);
      if (oid.isEmpty()) {
        problems.add(
            "views.%s.reads: there is no table or view %s in this database; mend the name, or remove it"
                .formatted(view.name(), name));
      } else {
        oids.add(oid);
      }
    }
    relations.reachedFrom(oids).forEach(relation -> oids.add(relation.oid()));
    return oids;
  }

  private void checkWatch(Watch watch, String where, Set<String> watched) throws SQLException {
    Optional<TableShape> found = TableShape.read(connection, watch.table());
    if (found.isEmpty()) {
      problems.add(
          "%s.table: there is no table %s in this database; create it first, or mend the name"
              .formatted(where, watch.table()));
      return;
    }
    TableShape shape = found.get();
    if (!shape.kind().equals("r") && !shape.isPartitioned()) {
      problems.add(
          "%s.table: %s is %s; watch the tables that its rows come from"
              .formatted(where, watch.table(), kindOf(shape)));
      return;
    }
    for (String problem : rights.toWatch(watch.table())) {
      problems.add("%s.table: %s".formatted(where, problem));
    }
    checkColumns(watch, where, shape);
    QueryTemplate keys = watch.keys();
    if (keys != null) {
      checkKeys(new KeyedQuery(keys, watch.by()), where + ".keys", watched);
    }
  }

  private void checkColumns(Watch watch, String where, TableShape shape) {
    Stream.concat(watch.by().stream(), watch.columns().stream())
        .distinct()
        .filter(column -> shape.column(column).isEmpty())
        .forEach(
            column ->
                problems.add(
                    "%s: %s has no column %s; it has %s"
                        .formatted(
                            where,
                            watch.table(),
                            column,
                            String.join(
                                ", ",
                                shape.columns().stream().map(TableShape.Column::name).toList()))));
    for (String name : watch.by()) {
      shape
          .column(name)
          .filter(column -> !KeyText.isKeyType(column.baseType()))
          .ifPresent(
              column ->
                  problems.add(
                      "%s.by: %s.%s is of type %s, which cannot be a key; keys are %s"
                          .formatted(
                              where,
                              watch.table(),
                              name,
                              column.baseType(),
                              KeyText.ALLOWED_TYPES)));
    }
  }

  private void checkKeys(KeyedQuery keys, String where, Set<String> watched) throws SQLException {
    Optional<List<String>> columns = resultColumns(where, keys);
    if (columns.isEmpty()) {
      return;
    }
    if (!columns.get().containsAll(view.key().placeholders())) {
      problems.add(
          "%s: must return the columns %s of the key %s, but returns %s"
              .formatted(
                  where,
                  String.join(", ", view.key().placeholders()),
                  view.key(),
                  String.join(", ", columns.get())));
    }
    for (Relation relation : readBy(where, keys.query())) {
      if (Collections.disjoint(relation.selfAndAncestors(), watched)) {
        problems.add(
            "%s: reads %s, which the view does not watch, so a change of it would evict the wrong entities; watch it too (`reads` does not excuse it)"
                .formatted(where, relation.name()));
      }
    }
  }

  private List<Relation> readBy(String where, QueryTemplate query) throws SQLException {
    if (!rights.canMakeTemporaryViews()) {
      return List.of(); // told once, with the grant
    }
    try {
      return relations.readBy(query);
    } catch (SQLException e) {
      problems.add(
          "%s: what it reads cannot be told: %s".formatted(where, PostgresErrors.describe(e)));
      return List.of();
    }
  }

  private Optional<List<String>> resultColumns(String where, KeyedQuery query) throws SQLException {
    try {
      return Optional.of(query.resultColumns(connection));
    } catch (SQLException e) {
      List<String> grants =
          PostgresErrors.state(e).equals(RIGHT_IS_MISSING) ? grants(query) : List.of();
      if (grants.isEmpty()) {
        problems.add("%s: does not run: %s".formatted(where, PostgresErrors.describe(e)));
      }
      grants.forEach(grant -> problems.add("%s: %s".formatted(where, grant)));
      return Optional.empty();
    }
  }

  /** The grants that a query lacks; empty if they cannot be told. */
  private List<String> grants(KeyedQuery query) throws SQLException {
    if (rights.canMakeTemporaryViews()) {
      try {
        return rights.toRead(relations.namedIn(query.query()));
      } catch (SQLException e) {
        return rights.toUseSchemasIn(query.query()); // it cannot even look up the names
      }
    }
    return rights.toUseSchemasIn(query.query());
  }

  private static String kindOf(TableShape shape) {
    return switch (shape.kind()) {
      case "v" -> "a view";
      case "m" -> "a materialized view";
      case "f" -> "a foreign table";
      default -> "no table";
    };
  }
}
