package dev.freshet.postgres;

import dev.freshet.view.RelationName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a watch needs to know of its table.
 *
 * @param kind {@code pg_class.relkind}
 * @param isPartOfInheritance whether it has parents or children
 * @param columns in the order of their numbers
 * @param primaryKey the names of its columns; empty if there is none
 */
record TableShape(
    RelationName table,
    String kind,
    boolean isPartOfInheritance,
    List<Column> columns,
    List<String> primaryKey) {

  /**
   * A column.
   *
   * @param baseType the name in {@code pg_type} of its type, with domains resolved; {@code enum}
   *     for enums
   */
  record Column(String name, String baseType) {}

  Optional<Column> column(String name) {
    return columns.stream().filter(column -> column.name().equals(name)).findFirst();
  }

  /** Columns by name; all must exist. */
  List<Column> columns(List<String> names) {
    return names.stream().map(name -> column(name).orElseThrow()).toList();
  }

  /** Reads a table's shape; empty if there is no such relation. */
  static Optional<TableShape> read(Connection connection, RelationName table) throws SQLException {
    String kind;
    boolean isPartOfInheritance;
    long oid;
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT c.oid::bigint, c.relkind::text,
                   EXISTS (SELECT 1 FROM pg_inherits AS i WHERE i.inhrelid = c.oid OR i.inhparent = c.oid)
              FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
             WHERE n.nspname = ?::text AND c.relname = ?::text
            """)) {
      statement.setString(1, table.schema());
      statement.setString(2, table.name());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        oid = row.getLong(1);
        kind = row.getString(2);
        isPartOfInheritance = row.getBoolean(3);
      }
    }
    return Optional.of(
        new TableShape(
            table,
            kind,
            isPartOfInheritance,
            readColumns(connection, oid),
            readPrimaryKey(connection, oid)));
  }

  private static List<Column> readColumns(Connection connection, long oid) throws SQLException {
    List<Column> columns = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            WITH RECURSIVE base AS (
              SELECT a.attnum, a.attname, a.atttypid AS type
                FROM pg_attribute AS a WHERE a.attrelid = ?::bigint::oid AND a.attnum > 0 AND NOT a.attisdropped
              UNION ALL
              SELECT b.attnum, b.attname, t.typbasetype
                FROM base AS b JOIN pg_type AS t ON t.oid = b.type WHERE t.typtype = 'd')
            SELECT b.attname::text, CASE WHEN t.typtype = 'e' THEN 'enum' ELSE t.typname::text END
              FROM base AS b JOIN pg_type AS t ON t.oid = b.type WHERE t.typtype <> 'd' ORDER BY b.attnum
            """)) {
      statement.setLong(1, oid);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          columns.add(new Column(row.getString(1), row.getString(2)));
        }
      }
    }
    return columns;
  }

  private static List<String> readPrimaryKey(Connection connection, long oid) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT coalesce(array_agg(a.attname::text ORDER BY a.attnum), '{}')
              FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
             WHERE i.indrelid = ?::bigint::oid AND i.indisprimary
            """)) {
      statement.setLong(1, oid);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return Arrays.asList(row.getObject(1, String[].class));
      }
    }
  }
}
