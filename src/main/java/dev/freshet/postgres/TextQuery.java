package dev.freshet.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs small queries whose parameters and columns are texts. */
final class TextQuery {
  private TextQuery() {}

  /** The first column of the first row; null if there is none or it is NULL. */
  static @Nullable String ask(Connection connection, String sql, String... parameters)
      throws SQLException {
    List<Row> rows = rows(connection, sql, parameters);
    return rows.isEmpty() ? null : rows.get(0).textOrNull(0);
  }

  /** All rows, in order. */
  static List<Row> rows(Connection connection, String sql, String... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setString(i + 1, parameters[i]);
      }
      try (ResultSet result = statement.executeQuery()) {
        int columns = result.getMetaData().getColumnCount();
        List<Row> rows = new ArrayList<>();
        while (result.next()) {
          List<@Nullable String> texts = new ArrayList<>(columns);
          for (int i = 1; i <= columns; i++) {
            texts.add(result.getString(i));
          }
          rows.add(new Row(texts));
        }
        return rows;
      }
    }
  }

  /** One row of texts. */
  record Row(List<@Nullable String> texts) {
    /** A column that is never NULL; the first one is 0. */
    String text(int column) {
      String text = texts.get(column);
      if (text == null) {
        throw new IllegalStateException("column %d of the row is NULL".formatted(column));
      }
      return text;
    }

    @Nullable String textOrNull(int column) {
      return texts.get(column);
    }

    int number(int column) {
      return Integer.parseInt(text(column));
    }

    boolean is(int column) {
      return text(column).equals("true");
    }
  }
}
