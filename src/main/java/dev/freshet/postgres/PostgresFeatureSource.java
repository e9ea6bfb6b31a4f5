package dev.freshet.postgres;

import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.loading.FeatureSource;
import dev.freshet.loading.LoadFailedException;
import dev.freshet.loading.LoadFailedException.Kind;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import dev.freshet.view.MalformedKeyException;
import dev.freshet.view.RelationName;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Loads documents, a batch in one statement, together with the database's generation.
 *
 * <p>If Postgres refuses a batch for the sake of single keys (one that its type cannot read, a
 * document that divides by zero), the batch is halved until they are alone.
 */
public final class PostgresFeatureSource implements FeatureSource {
  /**
   * SQLSTATEs of a text that its type cannot read: no number, out of range, no date, no character.
   */
  private static final Set<String> UNREADABLE_TEXT =
      Set.of("22P02", "22003", "22007", "22008", "22021", "22P05");

  private final PostgresDatabase database;
  private final Map<String, String> sqlByView = new ConcurrentHashMap<>();

  public PostgresFeatureSource(PostgresDatabase database) {
    this.database = database;
  }

  @Override
  public Loaded load(FeatureView view, Set<EntityKey> keys) {
    Collected collected = new Collected(new HashMap<>(), new HashMap<>(), new HashSet<>());
    load(view, new ArrayList<>(keys), collected);
    boolean isOneGeneration =
        collected.generations.size() == 1 && !collected.generations.contains("");
    return new Loaded(
        isOneGeneration ? collected.generations.iterator().next() : null,
        collected.documents,
        collected.failures);
  }

  private record Collected(
      Map<EntityKey, byte[]> documents,
      Map<EntityKey, RuntimeException> failures,
      Set<String> generations) {}

  private void load(FeatureView view, List<EntityKey> keys, Collected collected) {
    try {
      database.with("loading " + view.name(), c -> runLoad(c, view, keys, collected));
    } catch (ServerUnavailableException e) {
      throw failed(view, e);
    } catch (SQLException e) {
      if (keys.size() == 1) {
        collected.failures.put(keys.get(0), reasonFor(view, keys.get(0), e));
      } else {
        int half = keys.size() / 2;
        load(view, keys.subList(0, half), collected);
        load(view, keys.subList(half, keys.size()), collected);
      }
    }
  }

  private static LoadFailedException failed(FeatureView view, ServerUnavailableException e) {
    boolean isCancelled = PostgresErrors.isCancelled(e);
    return new LoadFailedException(
        isCancelled ? Kind.DEADLINE : Kind.POSTGRES_AWAY,
        isCancelled
            ? "view %s: the load query did not end before its deadline".formatted(view.name())
            : "view %s cannot be loaded now: %s".formatted(view.name(), e.getMessage()),
        e);
  }

  /**
   * Whether the key is at fault or its document, found by asking for the key without the document.
   */
  private RuntimeException reasonFor(FeatureView view, EntityKey key, SQLException e) {
    if (UNREADABLE_TEXT.contains(PostgresErrors.state(e))) {
      try {
        database.with("checking a key of " + view.name(), c -> countRows(c, view, key));
      } catch (SQLException again) {
        return new MalformedKeyException(
            "`%s` cannot be a key of view %s: %s"
                .formatted(key.text(), view.name(), PostgresErrors.describe(again)));
      } catch (ServerUnavailableException away) {
        return failed(view, away);
      }
    }
    return new LoadFailedException(
        Kind.QUERY_FAILED,
        "view %s: the load query failed for `%s`: %s"
            .formatted(view.name(), key.text(), PostgresErrors.describe(e)),
        e);
  }

  private static Long countRows(Connection connection, FeatureView view, EntityKey key)
      throws SQLException {
    KeyedQuery query = new KeyedQuery(view.load(), view.key().placeholders());
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT count(*) FROM (%s) AS l".formatted(view.load().positionalSql()))) {
      query.bind(statement, List.of(key));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** Returns how many documents came. */
  private int runLoad(
      Connection connection, FeatureView view, List<EntityKey> keys, Collected collected)
      throws SQLException {
    KeyedQuery query = new KeyedQuery(view.load(), view.key().placeholders());
    String sql = sqlByView.get(view.name());
    if (sql == null) {
      sql = loadSql(view, query.resultColumns(connection));
      sqlByView.put(view.name(), sql);
    }
    Set<EntityKey> asked = new HashSet<>(keys);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      query.bind(statement, keys);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          collected.generations.add(Objects.requireNonNullElse(row.getString("generation"), ""));
          EntityKey key = KeyedQuery.keyIn(row, view.key().arity()).orElse(null);
          if (key != null && asked.contains(key)) {
            collect(view, key, row.getString("document"), collected);
          }
        }
      }
    }
    return collected.documents.size();
  }

  private static void collect(
      FeatureView view, EntityKey key, String document, Collected collected) {
    byte[] before = collected.documents.put(key, document.getBytes(StandardCharsets.UTF_8));
    if (before != null) {
      collected.documents.remove(key);
      collected.failures.put(
          key,
          new LoadFailedException(
              Kind.QUERY_FAILED,
              "view %s: the load query returned more than one row for `%s`"
                  .formatted(view.name(), key.text()),
              null));
    }
  }

  /**
   * The load with the generation beside it: one row per document, or one row of nulls. Functions
   * are Postgres' own, whatever the search path holds.
   *
   * @param columns of the load's result
   */
  static String loadSql(FeatureView view, List<String> columns) {
    List<String> placeholders = view.key().placeholders();
    List<String> document =
        columns.stream().filter(column -> !placeholders.contains(column)).toList();
    String json =
        document.size() == 1
            ? "pg_catalog.to_json(l.%s)".formatted(RelationName.quoted(document.get(0)))
            : "pg_catalog.row_to_json((SELECT d FROM (SELECT %s) AS d))"
                .formatted(
                    document.stream()
                        .map(column -> "l." + RelationName.quoted(column))
                        .collect(Collectors.joining(", ")));
    return """
        SELECT h.generation, q.*
          FROM (SELECT (SELECT id FROM freshet.generation) AS generation) AS h
          LEFT JOIN (SELECT %s, coalesce(%s::text, 'null') AS document FROM (%s) AS l) AS q ON true
        """
        .formatted(KeyedQuery.keyTexts(placeholders), json, view.load().positionalSql());
  }
}
