package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.loading.Feature;
import dev.freshet.loading.Feature.Source;
import dev.freshet.loading.LoadFailedException;
import dev.freshet.servers.ExpectedLog;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Views whose cached entities are loaded anew when they change. */
class RefreshIT {
  /** A load waits as long as the row of {@code pace} says, so that a test can look meanwhile. */
  private static final String TABLES =
      """
      CREATE TABLE items (id bigint PRIMARY KEY, value integer NOT NULL);
      CREATE TABLE pace (seconds numeric NOT NULL);
      INSERT INTO pace VALUES (0);
      """;

  private static final String VIEWS =
      """
      waiting:
        key: "w:{id}"
        load: SELECT id, 100 / (value - 13) AS value, value AS raw FROM public.items, (SELECT pg_sleep(seconds) FROM public.pace) AS paced WHERE id = ANY(:id::bigint[])
        watch: [{table: public.items}]
        reads: [public.pace]
        on-change: refresh
        absent-ttl: 60s
      stale:
        key: "s:{id}"
        load: SELECT id, value AS raw, 0 AS zero FROM public.items, (SELECT pg_sleep(seconds) FROM public.pace) AS paced WHERE id = ANY(:id::bigint[])
        watch: [{table: public.items}]
        reads: [public.pace]
        on-change: refresh
        stale-while-refresh: true
      """;

  private static LiveViews live;

  @BeforeAll
  static void startDaemon() throws SQLException {
    live = LiveViews.start(TABLES, VIEWS);
  }

  @AfterAll
  static void stopDaemon() throws SQLException {
    live.close();
  }

  @BeforeEach
  void tidyUp() throws SQLException {
    live.execute(
        "UPDATE pace SET seconds = 0; TRUNCATE items; INSERT INTO items SELECT i, 1 FROM generate_series(1, 20) AS i");
    live.awaitApplied();
    Shop.soon().until(() -> live.cached().stream().noneMatch(key -> key.matches("[ws]:.*")));
  }

  private static void pace(double seconds) throws SQLException {
    live.execute("UPDATE pace SET seconds = " + seconds);
  }

  private static void set(int id, int value) throws SQLException {
    live.execute("UPDATE items SET value = %d WHERE id = %d".formatted(value, id));
  }

  private static long counted(String view, String figure) {
    Object views = live.daemon().metrics().stats().get("views");
    Object figures = ((java.util.Map<?, ?>) views).get(view);
    return ((Number) ((java.util.Map<?, ?>) figures).get(figure)).longValue();
  }

  private static boolean holdsValue(String cacheKey) {
    String record = live.redis().get(cacheKey);
    return record != null && record.charAt(0) == 2;
  }

  private static void read(String view, String key, int raw) {
    Feature feature = live.get(view, key);
    assertThat(feature.json()).hasValueSatisfying(json -> assertThat(json).contains(":" + raw));
    assertThat(feature.mayBeBehind()).isFalse();
  }

  @Test
  void aCachedEntityIsLoadedAnewWithoutAReader() throws SQLException {
    read("waiting", "1", 1);
    long misses = counted("waiting", "misses");

    set(1, 2);
    live.awaitApplied();
    Shop.soon().until(() -> holdsValue("w:1"));

    Feature feature = live.get("waiting", "1");
    assertThat(feature.source()).isEqualTo(Source.REDIS);
    assertThat(feature.json().orElseThrow()).contains("\"raw\":2");
    assertThat(counted("waiting", "misses")).isEqualTo(misses);
  }

  @Test
  void whatIsNotCachedIsLeftAlone() throws SQLException {
    long refreshes = counted("waiting", "refreshes");

    set(2, 2);
    live.awaitApplied();

    assertThat(live.holds("w:2")).isFalse();
    assertThat(counted("waiting", "refreshes")).isEqualTo(refreshes);
  }

  @Test
  void readersWaitForTheNewValue() throws SQLException {
    read("waiting", "3", 1);
    pace(0.2);
    set(3, 7);
    live.awaitApplied();

    read("waiting", "3", 7);
  }

  @Test
  void readersGetTheOldValueMeanwhileWhereTheViewSaysSo() throws SQLException {
    read("stale", "4", 1);
    pace(1);
    set(4, 7);
    live.awaitApplied();

    Feature old = live.get("stale", "4");
    assertThat(old.json().orElseThrow()).contains("\"raw\":1");
    assertThat(old.mayBeBehind()).isTrue();
    assertThat(old.source()).isEqualTo(Source.REDIS);
    Shop.soon().until(() -> !live.get("stale", "4").mayBeBehind());
    read("stale", "4", 7);
  }

  @Test
  void ofChangesOneAfterAnotherTheLastOneStays() throws SQLException {
    read("waiting", "5", 1);
    pace(0.05);
    for (int value = 100; value <= 130; value++) {
      set(5, value);
    }
    live.awaitApplied();
    Shop.soon().until(() -> holdsValue("w:5"));

    read("waiting", "5", 130);
  }

  @Test
  void aDeletedRowBecomesAnAbsenceAndAnInsertedOneAValue() throws SQLException {
    read("waiting", "6", 1);
    live.execute("DELETE FROM items WHERE id = 6");
    live.awaitApplied();
    Shop.soon().until(() -> live.get("waiting", "6").isAbsent());
    assertThat(live.get("waiting", "6").source()).isEqualTo(Source.REDIS);

    live.execute("INSERT INTO items VALUES (6, 3)");
    live.awaitApplied();
    Shop.soon().until(() -> holdsValue("w:6"));
    read("waiting", "6", 3);
    assertThat(live.redis().pttl("w:6")).isGreaterThan(3_600_000);
  }

  @Test
  void aNewValueIsKeptNoLongerThanTheOldOneWouldHaveBeen() throws SQLException {
    read("waiting", "7", 1);
    live.redis().pexpire("w:7", 100_000);

    set(7, 2);
    live.awaitApplied();
    Shop.soon().until(() -> holdsValue("w:7"));

    assertThat(live.redis().pttl("w:7")).isBetween(50_000L, 100_000L);
  }

  @Test
  @ExpectedLog("load failed kind=query_failed")
  void aLoadThatFailsLeavesAnEmptyKey() throws SQLException {
    read("waiting", "8", 1);

    set(8, 13);
    live.awaitApplied();

    Shop.soon().until(() -> !live.holds("w:8"));
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> live.get("waiting", "8"))
        .isInstanceOf(LoadFailedException.class);
  }

  @Test
  void manyChangesAreRefreshedToo() throws SQLException {
    List<String> keys = IntStream.rangeClosed(1, 20).mapToObj(Integer::toString).toList();
    live.load("waiting", keys);
    live.load("stale", keys);

    live.execute("UPDATE items SET value = 5");
    live.awaitApplied();
    Shop.soon()
        .until(
            () -> keys.stream().allMatch(key -> holdsValue("w:" + key) && holdsValue("s:" + key)));

    for (String key : keys) {
      read("waiting", key, 5);
      read("stale", key, 5);
    }
  }

  @Test
  void aSweepIsNoRefresh() throws SQLException {
    read("waiting", "9", 1);
    live.execute("TRUNCATE items");
    live.awaitApplied();

    assertThat(live.holds("w:9")).isFalse();
    assertThat(live.get("waiting", "9").isAbsent()).isTrue();
  }
}
