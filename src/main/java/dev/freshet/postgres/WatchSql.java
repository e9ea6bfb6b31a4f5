package dev.freshet.postgres;

import dev.freshet.eviction.RingMode;
import dev.freshet.view.FeatureView;
import dev.freshet.view.RelationName;
import dev.freshet.view.Watch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The SQL of a watch: one trigger function and the triggers that call it.
 *
 * <p>The function never fails a writer for a reason of Freshet's making: keys are computed in a
 * block that writes nothing, and an error there (a renamed column) becomes a whole-view row and a
 * warning; where {@link PrimaryKeyCapture} reads and writes at once, there can be no such error. It
 * rings only if the daemon sleeps.
 *
 * <p>Names of columns may hold line ends, so no part of the text is ever indented.
 *
 * <p>It is SECURITY DEFINER without a pinned {@code search_path}, which would cost each statement
 * more than reading its keys does: instead nothing in it is named without its schema.
 *
 * <p>A single key, or a few, is written straight to the present slot, which costs much less than to
 * let Postgres find the slot. Everything else takes the longer way: more rows, a log that may be
 * full, and the few statements that look whether it has become so, with a probability in proportion
 * to the rows that they changed.
 */
final class WatchSql {
  private static final String FUNCTION =
      """
      CREATE FUNCTION freshet.%1$s() RETURNS trigger
      LANGUAGE plpgsql SECURITY DEFINER AS %2$s
      #variable_conflict use_column
      <<own>>
      DECLARE
        old_key pg_catalog.text;
        new_key pg_catalog.text;
        is_counted pg_catalog.bool;
        is_whole_view pg_catalog.bool;
        is_bulk pg_catalog.bool;
        is_unlogged pg_catalog.bool;
        slot pg_catalog.int8;
        written pg_catalog.int8;
        row_count pg_catalog.int8;
        chunk_count pg_catalog.int4;
      BEGIN
        %11$s
        BEGIN
          %3$s
        EXCEPTION
          WHEN no_data_found THEN
            RETURN NULL;
          WHEN too_many_rows THEN
            is_bulk := true;
          WHEN OTHERS THEN
            is_whole_view := true;
            BEGIN
              RAISE WARNING 'freshet: the keys of a change of %% could not be computed (%%); the whole view will be evicted; run freshet migrate',
                TG_RELID::pg_catalog.regclass, SQLERRM;
            EXCEPTION WHEN untranslatable_character THEN
              NULL; -- the client's encoding has no letters for these names: it gets no warning, and must not fail
            END;
        END;
        %10$s
        IF is_bulk THEN
          %5$s
        END IF;
        IF (old_key OPERATOR(pg_catalog.=) new_key AND written IS NULL)
           OR %12$s IS NULL
           OR pg_catalog.random() OPERATOR(pg_catalog.<) (COALESCE(row_count, 1)::pg_catalog.float8 OPERATOR(pg_catalog.*) %8$s) THEN
          BEGIN
            is_unlogged := freshet.change_log_is_full(%9$s);
          EXCEPTION WHEN OTHERS THEN
            is_unlogged := false; -- a log that is too large is better than a writer that fails
          END;
        END IF;
        IF is_unlogged THEN
          NULL;
        ELSIF old_key OPERATOR(pg_catalog.=) new_key THEN
          INSERT INTO freshet.change_log (watch_id, keys) VALUES (%4$s, ARRAY[new_key]);
        ELSIF is_whole_view THEN
          INSERT INTO freshet.change_log (watch_id, keys) VALUES (%4$s, NULL);
        ELSIF is_bulk THEN
          %6$s
        ELSE
          INSERT INTO freshet.change_log (watch_id, keys)
          SELECT %4$s, pg_catalog.array_agg(DISTINCT k) FROM pg_catalog.unnest(ARRAY[old_key, new_key]) AS k;
        END IF;
        %7$s
        RETURN NULL;
      END
      %2$s""";

  /** How the names of triggers end that fire for what is replicated too. */
  static final String ALWAYS = "_always";

  /** Reads as many rows as are written one by one, and has done with them. */
  private static final String FEW_ROWS =
      """
      %s
      IF written OPERATOR(pg_catalog.<=) %s THEN
        RETURN NULL;
      END IF;""";

  /** Writes a single key, and has done with it. */
  private static final String ONE_KEY =
      """
      %s
      IF slot IS NOT NULL THEN
        %s
        RETURN NULL;
      END IF;""";

  /** The probability with which one changed row's statement looks how large the log is. */
  private static final String LOOK = "0.001::pg_catalog.float8";

  private static final String NEEDS_NO_LOOK = "pg_catalog.random() OPERATOR(pg_catalog.>=) " + LOOK;

  /** NULL if the log may be full. */
  private static final String PRESENT_SLOT =
      "pg_catalog.pg_sequence_last_value('freshet.change_log_slot'::pg_catalog.regclass)";

  private static final String NOTIFY =
      "pg_catalog.pg_notify('%s', '')".formatted(PostgresDoorbell.CHANNEL);

  private static final String IS_AWAKE =
      "pg_catalog.pg_try_advisory_xact_lock_shared(%s, %s)"
          .formatted(PostgresDoorbell.LOCK_CLASS, PostgresDoorbell.SLEEP_LOCK);

  private final Watch watch;
  private final TableShape shape;
  private final RowText row;
  private final TriggerSettings settings;
  private final String triggerPrefix;

  WatchSql(String watchName, Watch watch, TableShape shape, TriggerSettings settings) {
    this.watch = watch;
    this.shape = shape;
    this.row = new RowText(watch, shape);
    this.settings = settings;
    this.triggerPrefix = "freshet_" + FeatureView.hash(watchName);
  }

  static String functionName(int watchId) {
    return "watch_" + watchId;
  }

  /** Of the function that is called for a row whose key may have changed. */
  static String keyFunctionName(int watchId) {
    return functionName(watchId) + "_key";
  }

  /**
   * Whether each row calls the function, and not each statement: a statement's triggers see nothing
   * of what is written to its table through a parent, a child or a partition, or by a subscriber.
   */
  private boolean isPerRow() {
    return watch.always() || shape.isPartitioned() || shape.isPartOfInheritance();
  }

  /** The statements that create the trigger functions of the watch with this id. */
  List<String> createFunctions(int watchId) {
    return hasKeyTrigger()
        ? List.of(createFunction(watchId), createKeyFunction(watchId))
        : List.of(createFunction(watchId));
  }

  private boolean hasKeyTrigger() {
    return !isPerRow() && row.areNewRowsEnough();
  }

  /** The statement that creates the function that all of the watch's triggers call but one. */
  String createFunction(int watchId) {
    return createFunction(functionName(watchId), watchId, capture());
  }

  private Capture capture() {
    if (isPerRow()) {
      return new RowCapture(row);
    }
    return hasKeyTrigger() ? new PrimaryKeyCapture(row) : new StatementCapture(row);
  }

  private String createKeyFunction(int watchId) {
    return createFunction(keyFunctionName(watchId), watchId, new KeyChange(row));
  }

  private String createFunction(String name, int watchId, Capture capture) {
    String ofOneRow = capture.ofOneRow();
    String ofManyRows = capture.ofManyRows(watchId);
    boolean hasFewRows = capture.ofFewRows(0, watchId, settings.mode()).isPresent();
    return FUNCTION.formatted(
        name,
        quotesFor(ofOneRow + ofManyRows),
        ofOneRow,
        watchId,
        capture.countOfManyRows(),
        ofManyRows,
        ring(settings.mode()),
        LOOK,
        settings.logBytesMax(),
        hasFewRows ? "" : oneKey(watchId),
        hasFewRows ? fewRows(watchId, capture) : "",
        PRESENT_SLOT);
  }

  private String fewRows(int watchId, Capture capture) {
    return FEW_ROWS.formatted(
        inPresentSlot(
            "TG_NARGS OPERATOR(pg_catalog.=) 0",
            slot -> capture.ofFewRows(slot, watchId, settings.mode()).orElseThrow()),
        PrimaryKeyCapture.FEW);
  }

  private String oneKey(int watchId) {
    return ONE_KEY.formatted(
        inPresentSlot(
            "old_key OPERATOR(pg_catalog.=) new_key",
            slot ->
                "INSERT INTO %s (watch_id, keys) VALUES (%s, ARRAY[new_key]);"
                    .formatted(ChangeLogRing.table(slot), watchId)),
        ring(settings.mode()));
  }

  /**
   * Sets {@code slot} to the present one and runs its statement; to NULL, and runs none, where the
   * condition does not hold, the log may be full, or it is time to look whether it is.
   */
  private static String inPresentSlot(String condition, IntFunction<String> statement) {
    return IntStream.range(0, ChangeLogRing.SLOTS)
        .mapToObj(
            slot ->
                "IF slot OPERATOR(pg_catalog.=) %s THEN\n%s".formatted(slot, statement.apply(slot)))
        .collect(
            Collectors.joining(
                "\nELS",
                "slot := CASE WHEN %s AND %s THEN %s END;\n"
                    .formatted(condition, NEEDS_NO_LOOK, PRESENT_SLOT),
                "\nEND IF;"));
  }

  /** Dollar quotes that the text, which holds names of columns, does not end. */
  private static String quotesFor(String text) {
    String quotes = "$freshet$";
    for (int i = 1; text.contains(quotes); i++) {
      quotes = "$freshet_" + i + "$";
    }
    return quotes;
  }

  /** What a trigger, or whoever else writes to the change log, does last. */
  static String ring(RingMode mode) {
    return switch (mode) {
      case POLL -> "";
      case NOTIFY -> "PERFORM %s;".formatted(NOTIFY);
      case DOORBELL ->
          """
          IF NOT %s THEN
            PERFORM %s;
          END IF;"""
              .formatted(IS_AWAKE, NOTIFY);
    };
  }

  /** The same within a query: a number, to compute which is to ring. */
  static String ringing(RingMode mode, int number) {
    String isRung =
        switch (mode) {
          case POLL -> "true";
          case NOTIFY -> NOTIFY + " IS NOT NULL";
          case DOORBELL -> "%s OR %s IS NOT NULL".formatted(IS_AWAKE, NOTIFY);
        };
    return "CASE WHEN %1$s THEN %2$s ELSE %2$s END".formatted(isRung, number);
  }

  /**
   * The statements that make the table, and tables that inherit from it, call the function.
   * Replacing a trigger of the same name keeps the lock as weak as creating one. Postgres itself
   * copies the row triggers of a partitioned table to its present and future partitions.
   */
  List<String> createTriggers(int watchId) {
    List<String> statements = new ArrayList<>();
    statements.addAll(createTriggers(watchId, watch.table()));
    shape.heirs().forEach(heir -> statements.addAll(createTriggers(watchId, heir)));
    return statements;
  }

  private List<String> createTriggers(int watchId, RelationName table) {
    List<String> statements = new ArrayList<>();
    if (isPerRow()) {
      String always = watch.always() ? ALWAYS : "";
      String row = "row" + always;
      String truncate = "truncate" + always;
      statements.add(create(row, "INSERT OR UPDATE OR DELETE", table, "FOR EACH ROW", watchId));
      statements.add(create(truncate, "TRUNCATE", table, "FOR EACH STATEMENT", watchId));
      if (watch.always()) {
        statements.add(enableAlways(row, table));
        statements.add(enableAlways(truncate, table));
      }
      return statements;
    }
    for (Event event : Event.values()) {
      String name = event.name().toLowerCase(Locale.ROOT);
      String tables = hasKeyTrigger() ? event.changedRows : event.bothImages;
      String argument = hasKeyTrigger() && tables.isEmpty() ? PrimaryKeyCapture.NO_ROWS : "";
      String each = (tables + " FOR EACH STATEMENT").strip();
      statements.add(
          create(name, event.name(), table, each, call(functionName(watchId), argument)));
    }
    if (hasKeyTrigger()) {
      String ofKey =
          watch.by().stream()
              .map(RelationName::quoted)
              .collect(Collectors.joining(", ", "UPDATE OF ", ""));
      statements.add(
          create("key", ofKey, table, "FOR EACH ROW", call(keyFunctionName(watchId), "")));
    }
    return statements;
  }

  private String create(
      String suffix, String events, RelationName table, String each, int watchId) {
    return create(suffix, events, table, each, call(functionName(watchId), ""));
  }

  private String create(
      String suffix, String events, RelationName table, String each, String call) {
    return "CREATE OR REPLACE TRIGGER %s_%s AFTER %s ON %s %s EXECUTE FUNCTION %s"
        .formatted(triggerPrefix, suffix, events, table.sql(), each, call);
  }

  private static String call(String function, String argument) {
    return "freshet.%s(%s)".formatted(function, argument);
  }

  private String enableAlways(String suffix, RelationName table) {
    return "ALTER TABLE %s ENABLE ALWAYS TRIGGER %s_%s"
        .formatted(table.sql(), triggerPrefix, suffix);
  }

  private enum Event {
    INSERT("NEW TABLE AS new_rows", "NEW"),
    UPDATE("OLD TABLE AS old_rows NEW TABLE AS new_rows", "NEW"),
    DELETE("OLD TABLE AS old_rows", "OLD"),
    TRUNCATE("", "");

    private final String bothImages;
    private final String changedRows;

    Event(String bothImages, String image) {
      this.bothImages = bothImages.isEmpty() ? "" : "REFERENCING " + bothImages;
      this.changedRows =
          image.isEmpty()
              ? ""
              : "REFERENCING %s TABLE AS %s".formatted(image, PrimaryKeyCapture.ROWS);
    }
  }
}
