package dev.freshet.postgres;

import dev.freshet.codec.StoredDictionary;
import dev.freshet.codec.UndecodableException;
import dev.freshet.view.FeatureView;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The dictionaries of views, in {@code freshet.dictionary}: the truth, of which Redis has a copy.
 *
 * <p>All methods throw {@link dev.freshet.lifecycle.ServerUnavailableException} if Postgres does
 * not answer, and {@link PostgresRefusedException} if a right is missing.
 */
public final class PostgresDictionaries {
  /** Values of a dictionary that was replaced are given this much longer than their TTL. */
  private static final Duration MARGIN = Duration.ofDays(1);

  private static final int TRIES_MAX = 5;
  private static final String UNIQUE_VIOLATION = "23505";

  private final PostgresDatabase database;

  public PostgresDictionaries(PostgresDatabase database) {
    this.database = database;
  }

  /**
   * A dictionary without its bytes.
   *
   * @param version the place in the order of training, from 1
   * @param codec the name of its codec
   * @param number what values name it by
   */
  public record Entry(int version, String codec, long number) {}

  /** What there is of each view that has any, in the order of the versions. */
  public Map<String, List<Entry>> all() {
    return database.expect(
        "reading which dictionaries there are",
        connection -> {
          Map<String, List<Entry>> all = new LinkedHashMap<>();
          for (TextQuery.Row row :
              TextQuery.rows(
                  connection,
                  "SELECT view, version::text, codec, number::text FROM freshet.dictionary ORDER BY view, version")) {
            all.computeIfAbsent(row.text(0), view -> new ArrayList<>())
                .add(new Entry(row.number(1), row.text(2), Long.parseLong(row.text(3))));
          }
          return all;
        });
  }

  /** The newest dictionary of a view for its codec; empty if there is none. */
  public Optional<Entry> newest(FeatureView view) {
    return all().getOrDefault(view.name(), List.of()).stream()
        .filter(entry -> entry.codec().equals(view.codec()))
        .reduce((older, newer) -> newer);
  }

  /** The dictionaries of a view, in the order of their versions. */
  public List<StoredDictionary> of(FeatureView view) {
    return database.expect(
        "reading the dictionaries of view " + view.name(), connection -> read(connection, view));
  }

  private static List<StoredDictionary> read(Connection connection, FeatureView view)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT version, content FROM freshet.dictionary WHERE view = ? ORDER BY version")) {
      statement.setString(1, view.name());
      try (ResultSet row = statement.executeQuery()) {
        List<StoredDictionary> all = new ArrayList<>();
        while (row.next()) {
          try {
            all.add(StoredDictionary.read(row.getBytes("content")));
          } catch (UndecodableException e) {
            throw new IllegalStateException(
                "freshet.dictionary holds no dictionary as version %d of view %s: %s; delete the row"
                    .formatted(row.getInt("version"), view.name(), e.getMessage()),
                e);
          }
        }
        return all;
      }
    }
  }

  /**
   * Adds a dictionary as the newest of its view and codec; returns when that is committed.
   *
   * @return the version that it has got
   */
  public int add(FeatureView view, StoredDictionary dictionary) {
    return database.expect(
        "storing a dictionary of view " + view.name(),
        connection -> {
          for (int tries = 1; ; tries++) {
            try {
              return add(connection, view, dictionary);
            } catch (SQLException e) { // another training took this version
              if (tries == TRIES_MAX || !PostgresErrors.state(e).equals(UNIQUE_VIOLATION)) {
                throw e;
              }
            }
          }
        });
  }

  private static int add(Connection connection, FeatureView view, StoredDictionary dictionary)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            INSERT INTO freshet.dictionary (view, version, codec, number, content, kept_for)
            SELECT ?::text, coalesce(max(d.version), 0) + 1, ?::text, ?::text::bigint, ?, ?::text::interval
              FROM freshet.dictionary AS d WHERE d.view = ?::text
            RETURNING version
            """)) {
      statement.setString(1, view.name());
      statement.setString(2, dictionary.codec().orElseThrow().name());
      statement.setString(3, Long.toString(dictionary.number()));
      statement.setBytes(4, dictionary.bytes());
      statement.setString(5, keptFor(view));
      statement.setString(6, view.name());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  /**
   * Notes that loaders were told of the newest dictionaries, and removes those that no value can
   * need any more.
   *
   * @return how many were removed
   */
  public int keepUp(FeatureView view) {
    return database.expect(
        "keeping up the dictionaries of view " + view.name(),
        connection -> {
          try (PreparedStatement update =
                  connection.prepareStatement(
                      """
                      WITH seen AS (
                        SELECT d.view, d.version, d.version < max(d.version) OVER (PARTITION BY d.codec) AS is_replaced
                          FROM freshet.dictionary AS d WHERE d.view = ?::text)
                      UPDATE freshet.dictionary AS d
                         SET kept_for = greatest(d.kept_for, ?::text::interval),
                             replaced_at = CASE WHEN s.is_replaced THEN coalesce(d.replaced_at, clock_timestamp()) END
                        FROM seen AS s
                       WHERE d.view = s.view AND d.version = s.version
                         AND (d.kept_for < ?::text::interval OR s.is_replaced AND d.replaced_at IS NULL)
                      """);
              PreparedStatement delete =
                  connection.prepareStatement(
                      "DELETE FROM freshet.dictionary WHERE view = ?::text AND replaced_at + kept_for < clock_timestamp()")) {
            update.setString(1, view.name());
            update.setString(2, keptFor(view));
            update.setString(3, keptFor(view));
            update.executeUpdate();
            delete.setString(1, view.name());
            return delete.executeUpdate();
          }
        });
  }

  private static String keptFor(FeatureView view) {
    return view.ttl().plus(MARGIN).toSeconds() + " seconds";
  }
}
