package dev.freshet.postgres;

import dev.freshet.eviction.RingMode;
import dev.freshet.view.FeatureView;
import dev.freshet.view.RelationName;
import dev.freshet.view.Watch;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The SQL of a watch: one trigger function and the statement triggers that call it.
 *
 * <p>The function never fails a writer for a reason of Freshet's making: keys are computed in a
 * block that writes nothing, and an error there (a renamed column) becomes a whole-view row and a
 * warning. It reads at most {@value #ROW_KEYS_MAX} keys into memory; a statement that changes more
 * is written as several rows, straight from the transition tables. It rings at its end, and only if
 * the daemon sleeps.
 */
final class WatchSql {
  /** A row of the change log holds at most so many keys. */
  static final int ROW_KEYS_MAX = 1_000;

  private static final String FUNCTION =
      """
      CREATE FUNCTION freshet.%1$s() RETURNS trigger
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $freshet$
      DECLARE
        logged text[];
        changed integer;
        is_broken boolean := TG_OP = 'TRUNCATE';
      BEGIN
        IF NOT is_broken THEN
          BEGIN
            IF TG_OP = 'INSERT' THEN
              SELECT array_agg(DISTINCT k), count(*) INTO logged, changed FROM (%3$s LIMIT %7$s) AS few;
            ELSIF TG_OP = 'DELETE' THEN
              SELECT array_agg(DISTINCT k), count(*) INTO logged, changed FROM (%4$s LIMIT %7$s) AS few;
            ELSE
              SELECT array_agg(DISTINCT k), count(*) INTO logged, changed FROM (%5$s LIMIT %7$s) AS few;
            END IF;
          EXCEPTION WHEN OTHERS THEN
            RAISE WARNING 'freshet: the keys of a change of %% could not be computed (%%); the whole view will be evicted; run freshet migrate',
              TG_RELID::regclass, SQLERRM;
            is_broken := true;
          END;
        END IF;
        IF is_broken THEN
          INSERT INTO freshet.change_log (watch_id, keys) VALUES (%2$s, NULL);
        ELSIF changed = 0 THEN
          RETURN NULL;
        ELSIF changed < %7$s THEN
          INSERT INTO freshet.change_log (watch_id, keys) VALUES (%2$s, logged);
        ELSIF TG_OP = 'INSERT' THEN
          %8$s
        ELSIF TG_OP = 'DELETE' THEN
          %9$s
        ELSE
          %10$s
        END IF;
        %6$s
        RETURN NULL;
      END
      $freshet$""";

  private static final String BULK =
      """
      INSERT INTO freshet.change_log (watch_id, keys)
          SELECT %s, array_agg(k)
            FROM (SELECT k, (row_number() OVER () - 1) / %s AS chunk FROM (SELECT DISTINCT k FROM (%s) AS every) AS once) AS numbered
           GROUP BY chunk;""";

  private final Watch watch;
  private final TableShape shape;
  private final RingMode mode;
  private final String triggerPrefix;

  WatchSql(String watchName, Watch watch, TableShape shape, RingMode mode) {
    this.watch = watch;
    this.shape = shape;
    this.mode = mode;
    this.triggerPrefix = "freshet_" + FeatureView.hash(watchName);
  }

  static String functionName(int watchId) {
    return "watch_" + watchId;
  }

  /** The statement that creates the trigger function of the watch with this id. */
  String createFunction(int watchId) {
    String inserted = keysOf("new_rows");
    String deleted = keysOf("old_rows");
    String updated = updatedKeys();
    return FUNCTION.formatted(
        functionName(watchId),
        watchId,
        inserted,
        deleted,
        updated,
        ring(mode),
        ROW_KEYS_MAX + 1,
        bulk(watchId, inserted),
        bulk(watchId, deleted),
        bulk(watchId, updated));
  }

  private static String bulk(int watchId, String keys) {
    return BULK.formatted(watchId, ROW_KEYS_MAX, keys);
  }

  /** What a trigger, or whoever else writes to the change log, does last. */
  static String ring(RingMode mode) {
    return switch (mode) {
      case POLL -> "";
      case NOTIFY -> "PERFORM pg_notify('%s', '');".formatted(PostgresDoorbell.CHANNEL);
      case DOORBELL ->
          "IF NOT pg_try_advisory_xact_lock_shared(%s, %s) THEN PERFORM pg_notify('%s', ''); END IF;"
              .formatted(
                  PostgresDoorbell.LOCK_CLASS,
                  PostgresDoorbell.SLEEP_LOCK,
                  PostgresDoorbell.CHANNEL);
    };
  }

  private String keysOf(String transitionTable) {
    return "SELECT %s AS k FROM %s AS r WHERE %s"
        .formatted(key("r"), transitionTable, noNulls("r"));
  }

  private String updatedKeys() {
    if (watch.columns().isEmpty() || shape.primaryKey().isEmpty()) {
      return keysOf("old_rows") + " UNION ALL " + keysOf("new_rows");
    }
    String paired =
        shape.primaryKey().stream()
            .map(column -> "o.%1$s = n.%1$s".formatted(RelationName.quoted(column)))
            .collect(Collectors.joining(" AND "));
    String partner = RelationName.quoted(shape.primaryKey().get(0));
    List<String> compared =
        Stream.concat(watch.columns().stream(), watch.by().stream()).distinct().toList();
    return """
        SELECT k FROM old_rows AS o FULL JOIN new_rows AS n ON %1$s
        CROSS JOIN LATERAL (SELECT %2$s WHERE %3$s UNION ALL SELECT %4$s WHERE %5$s) AS both_sides (k)
        WHERE o.%6$s IS NULL OR n.%6$s IS NULL OR %7$s OPERATOR(pg_catalog.*<>) %8$s"""
        .formatted(
            paired,
            key("o"),
            noNulls("o"),
            key("n"),
            noNulls("n"),
            partner,
            image("o", compared),
            image("n", compared));
  }

  private static String image(String row, List<String> columns) {
    return columns.stream()
        .map(column -> row + "." + RelationName.quoted(column))
        .collect(Collectors.joining(", ", "ROW(", ")::record"));
  }

  private String key(String row) {
    return KeyText.ofKey(row, shape.columns(watch.by()));
  }

  private String noNulls(String row) {
    return watch.by().stream()
        .map(column -> row + "." + RelationName.quoted(column) + " IS NOT NULL")
        .collect(Collectors.joining(" AND "));
  }

  /**
   * The statements that make the table call the function. Replacing a trigger of the same name
   * keeps the lock as weak as creating one.
   */
  List<String> createTriggers(int watchId) {
    List<String> statements = new ArrayList<>();
    for (Event event : Event.values()) {
      statements.add(
          "CREATE OR REPLACE TRIGGER %s AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION freshet.%s()"
              .formatted(
                  trigger(event),
                  event,
                  watch.table().sql(),
                  event.transitionTables,
                  functionName(watchId)));
    }
    return statements;
  }

  private String trigger(Event event) {
    return triggerPrefix + "_" + event.name().toLowerCase(java.util.Locale.ROOT);
  }

  /** The statements that remove the triggers of a watch, whatever its definition was. */
  static List<String> dropTriggers(String watchName, String tableSql) {
    String prefix = "freshet_" + FeatureView.hash(watchName);
    return Stream.of(Event.values())
        .map(
            event ->
                "DROP TRIGGER IF EXISTS %s_%s ON %s"
                    .formatted(prefix, event.name().toLowerCase(java.util.Locale.ROOT), tableSql))
        .toList();
  }

  private enum Event {
    INSERT("REFERENCING NEW TABLE AS new_rows"),
    UPDATE("REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"),
    DELETE("REFERENCING OLD TABLE AS old_rows"),
    TRUNCATE("");

    private final String transitionTables;

    Event(String transitionTables) {
      this.transitionTables = transitionTables;
    }
  }
}
