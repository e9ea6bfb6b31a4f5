package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.functional.WaysToChangeRows.Way;
import java.sql.SQLException;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of statement that changes a row evicts exactly the keys of the rows that it changed.
 *
 * <p>Before each, all ten entities of each view are cached; only 1 to 6 exist.
 */
class CaptureIT {
  private static LiveViews live;

  @BeforeAll
  static void startDaemon() throws SQLException {
    StringBuilder views = new StringBuilder();
    for (String view : WaysToChangeRows.VIEWS) {
      views.append(
          """
          %1$s:
            key: "%1$s:{id}"
            load: SELECT id, value FROM public.%1$ss WHERE id = ANY(:id::bigint[])
            watch:
              - table: public.%1$ss
          """
              .formatted(view));
    }
    live = LiveViews.start(WaysToChangeRows.TABLES, views.toString());
  }

  @AfterAll
  static void stopDaemon() throws SQLException {
    live.close();
  }

  @BeforeEach
  void cacheAll() throws SQLException {
    live.execute(WaysToChangeRows.RESET);
    live.awaitApplied();
    Set<String> expected = new TreeSet<>();
    for (String view : WaysToChangeRows.VIEWS) {
      live.load(view, WaysToChangeRows.ENTITIES);
      WaysToChangeRows.ENTITIES.forEach(id -> expected.add(view + ":" + id));
    }
    assertThat(live.cached()).isEqualTo(expected);
  }

  static Stream<Way> waysToChangeRows() {
    return WaysToChangeRows.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("waysToChangeRows")
  void itEvictsExactlyTheKeysOfTheRowsThatItChanges(Way way) throws SQLException {
    int rows = logRows();

    assertThat(live.evictedBy(way.sql())).isEqualTo(way.evictedKeys());

    assertThat(logRows() > rows).as("logged").isEqualTo(!way.evicted().isEmpty());
    for (String view : WaysToChangeRows.VIEWS) {
      assertThat(documents(view)).as("the cache's documents now").isEqualTo(rows(view));
    }
  }

  /** What a reader through the cache is told: {@code id document} of each entity. */
  private static Set<String> documents(String view) {
    Set<String> documents = new TreeSet<>();
    live.daemon()
        .loader()
        .getAll(view, WaysToChangeRows.ENTITIES)
        .forEach((id, found) -> found.json().ifPresent(json -> documents.add(id + " " + json)));
    return documents;
  }

  /** What is there: {@code id document} of each row. */
  private static Set<String> rows(String view) throws SQLException {
    return new TreeSet<>(
        live.list("SELECT id || ' ' || coalesce(value::text, 'null') FROM %ss".formatted(view)));
  }

  private static int logRows() throws SQLException {
    return Integer.parseInt(
        live.ask(
            "SELECT count(*) FROM freshet.change_log AS c JOIN freshet.watch AS w ON w.id = c.watch_id WHERE w.relation <> 'public.fence'"));
  }
}
