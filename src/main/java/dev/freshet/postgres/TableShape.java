package dev.freshet.postgres;

import dev.freshet.view.RelationName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a watch needs to know of its table.
 *
 * @param kind {@code pg_class.relkind}
 * @param isPartOfInheritance whether it has parents or children
 * @param heirs the tables that inherit from an ordinary table, and their heirs; empty for a
 *     partitioned one
 * @param isChangedBeforeUpdate whether triggers of others may change an updated row before it is
 *     written
 * @param columns in the order of their numbers
 * @param primaryKey its columns; empty if there is none
 */
record TableShape(
    RelationName table,
    String kind,
    boolean isPartOfInheritance,
    List<RelationName> heirs,
    boolean isChangedBeforeUpdate,
    List<Column> columns,
    List<KeyColumn> primaryKey) {

  /**
   * A column.
   *
   * @param baseType the name in {@code pg_type} of its type, with domains resolved; {@code enum}
   *     for enums
   */
  record Column(String name, String baseType) {}

  /**
   * A column of the primary key.
   *
   * @param equality the operator that says whether two values are the same, with its schema; null
   *     if it cannot be named for all values of the type
   */
  record KeyColumn(String name, @Nullable String equality) {}

  boolean isPartitioned() {
    return kind.equals("p");
  }

  /** The same table if it had parents or children. */
  TableShape asPartOfInheritance() {
    return new TableShape(table, kind, true, heirs, isChangedBeforeUpdate, columns, primaryKey);
  }

  List<String> primaryKeyColumns() {
    return primaryKey.stream().map(KeyColumn::name).toList();
  }

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
    boolean isChangedBeforeUpdate;
    long oid;
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT c.oid::bigint, c.relkind::text,
                   EXISTS (SELECT 1 FROM pg_inherits AS i WHERE i.inhrelid = c.oid OR i.inhparent = c.oid),
                   EXISTS (SELECT 1 FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND t.tgtype & 19 = 19 AND NOT t.tgisinternal)
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
        isChangedBeforeUpdate = row.getBoolean(4);
      }
    }
    return Optional.of(
        new TableShape(
            table,
            kind,
            isPartOfInheritance,
            kind.equals("p") ? List.of() : readHeirs(connection, oid),
            isChangedBeforeUpdate,
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

  private static List<RelationName> readHeirs(Connection connection, long oid) throws SQLException {
    List<RelationName> heirs = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            WITH RECURSIVE heir (oid) AS (
              SELECT inhrelid FROM pg_inherits WHERE inhparent = ?::bigint::oid
              UNION SELECT i.inhrelid FROM pg_inherits AS i JOIN heir AS h ON i.inhparent = h.oid)
            SELECT n.nspname::text, c.relname::text
              FROM heir AS h JOIN pg_class AS c ON c.oid = h.oid JOIN pg_namespace AS n ON n.oid = c.relnamespace
             ORDER BY 1, 2
            """)) {
      statement.setLong(1, oid);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          heirs.add(new RelationName(row.getString(1), row.getString(2)));
        }
      }
    }
    return heirs;
  }

  /** Enums are compared by a polymorphic operator, which takes no domain over them. */
  private static List<KeyColumn> readPrimaryKey(Connection connection, long oid)
      throws SQLException {
    List<KeyColumn> columns = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT a.attname::text,
                   CASE WHEN c.opcintype <> 'anyenum'::regtype
                        THEN format('OPERATOR(%I.%s)', n.nspname, o.oprname) END
              FROM pg_index AS i
             CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indclass::oid[]) WITH ORDINALITY AS k (attnum, opclass, position)
              JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
              JOIN pg_opclass AS c ON c.oid = k.opclass
              JOIN pg_amop AS m ON m.amopfamily = c.opcfamily AND m.amopstrategy = 3
                               AND m.amoplefttype = c.opcintype AND m.amoprighttype = c.opcintype
              JOIN pg_operator AS o ON o.oid = m.amopopr
              JOIN pg_namespace AS n ON n.oid = o.oprnamespace
             WHERE i.indrelid = ?::bigint::oid AND i.indisprimary AND k.position <= i.indnkeyatts
             ORDER BY k.position
            """)) {
      statement.setLong(1, oid);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          columns.add(new KeyColumn(row.getString(1), row.getString(2)));
        }
      }
    }
    return columns;
  }
}
