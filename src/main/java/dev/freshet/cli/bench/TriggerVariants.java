package dev.freshet.cli.bench;

import static dev.freshet.cli.bench.TriggerVariant.logging;
import static dev.freshet.cli.bench.TriggerVariant.silent;

import java.util.List;

/**
 * The variants that are measured, each of which differs from Freshet's own trigger in one respect.
 */
final class TriggerVariants {
  /** The variant to which all others add. */
  static final String NONE = "none";

  /** Freshet's own trigger. */
  static final String FRESHET = "freshet";

  private static final String READING =
      "CASE WHEN \"image_id\" IS NOT NULL THEN ARRAY[\"image_id\"::pg_catalog.text] END\n     FROM changed_rows LIMIT 4";

  private static final String PRESENT_SLOT =
      "THEN pg_catalog.pg_sequence_last_value('freshet.change_log_slot'::pg_catalog.regclass) END;";
  private static final String SLOT_0 = "freshet.change_log_0 ";

  private static final String AGGREGATED =
      "pg_catalog.array_agg(r.\"image_id\"::pg_catalog.text) FROM (SELECT * FROM changed_rows LIMIT 1001) AS r HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 0";

  private static final String SELECTED =
      "ARRAY(SELECT \"image_id\"::pg_catalog.text FROM changed_rows LIMIT 1001) WHERE EXISTS (SELECT FROM changed_rows)";

  private static final String LOCK =
      "pg_catalog.pg_try_advisory_xact_lock_shared(1718776680, 0) OR ";

  private static final String NOTIFY = "pg_catalog.pg_notify('freshet', '') IS NOT NULL";
  private static final String BEGIN = "BEGIN\n  slot := CASE";
  private static final String END = "IF written OPERATOR(pg_catalog.<=)";

  private static final String DROP_INDEX = "DROP INDEX freshet.change_log_0_xid_idx;";
  private static final String CREATE_INDEX = "CREATE INDEX ON freshet.change_log_0 USING ";

  private TriggerVariants() {}

  /** All variants, beginning with no trigger and Freshet's own. */
  static List<TriggerVariant> all() {
    return List.of(
        silent(NONE, "no trigger", TriggerVariants::dropTriggers),
        silent(
            "empty",
            "a statement trigger with the new rows, SECURITY DEFINER, that only returns",
            database ->
                database.run(
                    "CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NULL; END'"
                        .formatted(database.function()))),
        logging(FRESHET, "as freshet migrate installs it", database -> {}),
        logging(
            "column-filter",
            "as freshet migrate installs it with `columns`: both images, read and compared by one statement, in a block that catches errors, and written by a second one",
            database -> database.migrateTo(FreshetFollower.COLUMNS)),
        logging(
            "search-path",
            "with SET search_path = pg_catalog, pg_temp",
            database ->
                database.edit(
                    text ->
                        text.replaced(
                            " SECURITY DEFINER\n",
                            " SECURITY DEFINER SET search_path = pg_catalog, pg_temp\n"))),
        logging(
            "exception-block",
            "in a block that catches errors, which has a transaction id of its own",
            database -> database.edit(TriggerVariants::withExceptionBlock)),
        logging(
            "keys-array-agg",
            "at most 1,001 keys in one row, by array_agg",
            database -> database.edit(text -> text.replacedEverywhere(READING, AGGREGATED))),
        logging(
            "keys-array-select",
            "at most 1,001 keys in one row, by ARRAY(SELECT …)",
            database -> database.edit(text -> text.replacedEverywhere(READING, SELECTED))),
        logging(
            "no-doorbell",
            "without the doorbell: no lock, no NOTIFY",
            database -> database.edit(text -> text.replacedEverywhere(LOCK + NOTIFY, "true"))),
        logging(
            "notify",
            "a NOTIFY in every transaction, and no lock; nobody listens",
            database -> database.edit(text -> text.replacedEverywhere(LOCK + NOTIFY, NOTIFY))),
        new TriggerVariant(
            "partition-routing",
            "the insert into a table of 16 partitions, of which the clock tells the present one",
            1,
            "freshet.routed_log",
            TriggerVariants::routeToPartition),
        logging(
            "fixed-slot",
            "the insert into one table, without asking for the present slot",
            database -> database.edit(text -> text.replaced(PRESENT_SLOT, "THEN 0 END;"))),
        logging(
            "logged",
            "the slot is an ordinary table, whose rows are in the WAL",
            database -> database.run("ALTER TABLE freshet.change_log_0 SET LOGGED")),
        logging("index-none", "the slot has no index", database -> database.run(DROP_INDEX)),
        logging(
            "index-brin",
            "a BRIN index instead of the btree; on `at`, since xid8 has no operator class for BRIN",
            database -> database.run(DROP_INDEX + CREATE_INDEX + "brin (at)")),
        logging(
            "index-hash",
            "a hash index instead of the btree",
            database -> database.run(DROP_INDEX + CREATE_INDEX + "hash (xid)")),
        logging(
            "row-trigger",
            "as freshet migrate installs it for partitioned tables: a row trigger",
            database -> database.migrateTo(FreshetFollower.ALWAYS)));
  }

  private static void dropTriggers(TriggerDatabase database) {
    database.run("DROP FUNCTION %s() CASCADE".formatted(database.function()));
  }

  private static FunctionText withExceptionBlock(FunctionText text) {
    return text.replaced(BEGIN, "BEGIN\n  " + BEGIN)
        .replaced(END, "EXCEPTION WHEN OTHERS THEN written := 1;\nEND;\n" + END);
  }

  private static void routeToPartition(TriggerDatabase database) {
    database.run(
        """
        CREATE TABLE freshet.routed_log (
          LIKE freshet.change_log INCLUDING DEFAULTS,
          slot smallint NOT NULL DEFAULT ((date_part('epoch', clock_timestamp())::bigint / 600) % 16)::smallint
        ) PARTITION BY LIST (slot);
        CREATE INDEX ON freshet.routed_log (xid);
        DO $bench$
        BEGIN
          FOR slot IN 0..15 LOOP
            EXECUTE format('CREATE UNLOGGED TABLE freshet.routed_log_%1$s PARTITION OF freshet.routed_log FOR VALUES IN (%1$s)', slot);
          END LOOP;
        END
        $bench$""");
    database.edit(
        text ->
            text.replaced(PRESENT_SLOT, "THEN 0 END;")
                .replaced(SLOT_0, "freshet.routed_log ")
                .replacedEverywhere(TriggerVariant.CHANGE_LOG + " ", "freshet.routed_log "));
  }
}
