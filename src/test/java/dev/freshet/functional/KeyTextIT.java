package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.RandomCases;
import dev.freshet.view.EntityKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The text form of keys that the triggers write is the one that Java writes and reads. */
class KeyTextIT {
  private static final int KEYS = 3_000;

  private static final List<String> PIECES =
      List.of(
          ":", "\\", ":", "\\", "a", "", " ", "\n", "😀", "\u0301", "{", "*", "'", "\"", ",",
          "NULL");

  private static LiveViews live;

  @BeforeAll
  static void startDaemon() throws SQLException {
    live =
        LiveViews.start(
            "CREATE TABLE texts (a text, b text, c text, v integer, PRIMARY KEY (a, b, c))",
            """
            texts:
              key: "text:{a}:-{b}:{c}!"
              load: SELECT a, b, c, v FROM public.texts WHERE (a, b, c) IN (SELECT * FROM unnest(:a, :b, :c))
              watch:
                - table: public.texts
            """);
  }

  @AfterAll
  static void stopDaemon() throws SQLException {
    live.close();
  }

  private static String value(Random random) {
    StringBuilder value = new StringBuilder();
    for (int i = random.nextInt(5); i > 0; i--) {
      value.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return value.toString();
  }

  private static Set<EntityKey> keys(Random random) {
    Set<EntityKey> keys = new LinkedHashSet<>();
    while (keys.size() < KEYS) {
      keys.add(EntityKey.of(value(random), value(random), value(random)));
    }
    return keys;
  }

  private static String[] column(Set<EntityKey> keys, int i) {
    return keys.stream().map(key -> key.values().get(i)).toArray(String[]::new);
  }

  private static void insert(Set<EntityKey> keys) throws SQLException {
    try (Connection session = live.database().connect();
        PreparedStatement insert =
            session.prepareStatement(
                "INSERT INTO texts SELECT a, b, c, 0 FROM unnest(?::text[], ?::text[], ?::text[]) AS t (a, b, c)")) {
      for (int i = 0; i < 3; i++) {
        insert.setObject(i + 1, column(keys, i));
      }
      assertThat(insert.executeUpdate()).isEqualTo(KEYS);
    }
  }

  @Test
  void theTextsInTheChangeLogAreThoseOfTheKeys() {
    RandomCases.check(
        2,
        random -> {
          Set<EntityKey> keys = keys(random);
          Set<String> texts = keys.stream().map(EntityKey::text).collect(Collectors.toSet());
          assertThat(texts).as("no two keys have one text").hasSize(KEYS);
          try {
            live.execute("DELETE FROM texts; TRUNCATE freshet.change_log");
            insert(keys);
            List<String> logged = live.loggedKeys("public.texts");

            assertThat(logged).hasSize(KEYS);
            assertThat(Set.copyOf(logged)).isEqualTo(texts);
            assertThat(
                    logged.stream()
                        .map(text -> EntityKey.parse(text, 3))
                        .collect(Collectors.toSet()))
                .isEqualTo(keys);
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void theLoaderFindsEachKeyAndAChangeEvictsIt() {
    RandomCases.check(
        1,
        random -> {
          Set<EntityKey> keys = keys(random);
          List<String> texts = keys.stream().map(EntityKey::text).toList();
          try {
            live.execute("DELETE FROM texts");
            insert(keys);
            live.awaitApplied();
            assertThat(live.daemon().loader().getAll("texts", texts).values())
                .noneMatch(feature -> feature.isAbsent());
            assertThat(live.cached()).hasSize(KEYS);
            assertThat(live.evictedBy("UPDATE texts SET v = 1")).hasSize(KEYS);
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
