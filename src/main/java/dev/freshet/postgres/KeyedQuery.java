package dev.freshet.postgres;

import dev.freshet.view.EntityKey;
import dev.freshet.view.QueryTemplate;
import dev.freshet.view.RelationName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A query of the configuration whose parameters are the values of some keys, one array per column.
 */
record KeyedQuery(QueryTemplate query, List<String> keyColumns) {

  /** The names of the query's result columns, in order. Runs it with no keys. */
  List<String> resultColumns(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT * FROM (%s) AS q LIMIT 0".formatted(query.positionalSql()))) {
      bind(statement, List.of());
      try (ResultSet result = statement.executeQuery()) {
        ResultSetMetaData metaData = result.getMetaData();
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= metaData.getColumnCount(); i++) {
          names.add(metaData.getColumnLabel(i));
        }
        return names;
      }
    }
  }

  /** Binds the keys' values: for each {@code ?} the array of the values of its column. */
  void bind(PreparedStatement statement, Collection<EntityKey> keys) throws SQLException {
    List<String> parameters = query.parameters();
    for (int i = 0; i < parameters.size(); i++) {
      int column = keyColumns.indexOf(parameters.get(i));
      statement.setObject(
          i + 1, keys.stream().map(key -> key.values().get(column)).toArray(String[]::new));
    }
  }

  /** Result columns as texts, named {@code k0}, {@code k1}, …, of the subquery {@code l}. */
  static String keyTexts(List<String> columns) {
    return IntStream.range(0, columns.size())
        .mapToObj(i -> "l.%s::text AS k%s".formatted(RelationName.quoted(columns.get(i)), i))
        .collect(Collectors.joining(", "));
  }

  /** The key in a row that {@link #keyTexts} made; empty if one of its values is null. */
  static Optional<EntityKey> keyIn(ResultSet row, int arity) throws SQLException {
    List<String> values = new ArrayList<>(arity);
    for (int i = 0; i < arity; i++) {
      String value = row.getString("k" + i);
      if (value == null) {
        return Optional.empty();
      }
      values.add(value);
    }
    return Optional.of(new EntityKey(values));
  }
}
