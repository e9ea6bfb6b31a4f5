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

  private static final String OLD_KEY = "o.\"image_id\"::pg_catalog.text";
  private static final String NEW_KEY = "n.\"image_id\"::pg_catalog.text";

  private static final String READING =
      "SELECT %1$s, %1$s INTO STRICT old_key, new_key FROM new_rows AS n;".formatted(NEW_KEY);

  private static final String READING_BOTH =
      "SELECT %s, %s INTO STRICT old_key, new_key FROM old_rows AS o, new_rows AS n;"
          .formatted(OLD_KEY, NEW_KEY);

  private static final String FEW_KEYS =
      "SELECT %s AS k FROM new_rows AS n LIMIT 1001".formatted(NEW_KEY);

  private static final String IS_ONE_KEY = "CASE WHEN old_key OPERATOR(pg_catalog.=) new_key AND";
  private static final String ONE_KEY = "ARRAY[new_key]";
  private static final String PRESENT_SLOT =
      "THEN pg_catalog.pg_sequence_last_value('freshet.change_log_slot'::pg_catalog.regclass) END;";
  private static final String SLOT_0 = "freshet.change_log_0 ";
  private static final String LAST_VARIABLE = "chunk_count pg_catalog.int4;";

  private static final String LOCK = "IF NOT pg_catalog.pg_try_advisory_xact_lock_shared";
  private static final String RING = "PERFORM pg_catalog.pg_notify('freshet', '');";
  private static final String END = "RETURN NULL;\nEND\n";

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
            "both-images",
            "the old rows read too, as where the key is not the primary key",
            TriggerVariants::readBothImages),
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
            "no-exception-block",
            "without the block that catches errors",
            database -> database.edit(TriggerVariants::withoutExceptionBlock)),
        logging(
            "keys-array-agg",
            "keys read by array_agg(DISTINCT …), at most 1,001",
            TriggerVariants::aggregateKeys),
        logging(
            "keys-array-select",
            "keys read by ARRAY(SELECT …), at most 1,001",
            TriggerVariants::selectKeysIntoArray),
        logging(
            "no-doorbell",
            "without the doorbell: no lock, no NOTIFY",
            database -> database.edit(text -> withBell(text, ""))),
        logging(
            "notify",
            "a NOTIFY in every transaction, and no lock; nobody listens",
            database -> database.edit(text -> withBell(text, RING + "\n  "))),
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
            TriggerDatabase::useRowTriggers));
  }

  private static void dropTriggers(TriggerDatabase database) {
    database.run("DROP FUNCTION %s() CASCADE".formatted(database.function()));
  }

  private static FunctionText withoutExceptionBlock(FunctionText text) {
    return text.replaced("BEGIN\n  BEGIN\n", "BEGIN\n")
        .without("  EXCEPTION\n    WHEN no_data_found THEN", "  slot := CASE");
  }

  private static void readBothImages(TriggerDatabase database) {
    database.run(
        """
        DO $bench$
        DECLARE
          update_trigger name := (SELECT tgname FROM pg_trigger WHERE tgrelid = 'public.image_features'::regclass AND tgname LIKE '%%\\_update');
          key_trigger name := (SELECT tgname FROM pg_trigger WHERE tgrelid = 'public.image_features'::regclass AND tgname LIKE '%%\\_key');
        BEGIN
          EXECUTE format('DROP TRIGGER %%I ON public.image_features', key_trigger);
          EXECUTE format('CREATE OR REPLACE TRIGGER %%I AFTER UPDATE ON public.image_features REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION %s()',
                         update_trigger);
        END
        $bench$"""
            .formatted(database.function()));
    database.edit(text -> text.replaced(READING, READING_BOTH));
  }

  private static void aggregateKeys(TriggerDatabase database) {
    database.edit(
        text ->
            withArray(text, "changed OPERATOR(pg_catalog.<) 1001")
                .replaced(
                    READING,
                    "SELECT pg_catalog.array_agg(DISTINCT k), pg_catalog.count(*) INTO logged, changed FROM (%s) AS few;"
                        .formatted(FEW_KEYS)));
  }

  private static void selectKeysIntoArray(TriggerDatabase database) {
    database.edit(
        text ->
            withArray(text, "pg_catalog.cardinality(logged) OPERATOR(pg_catalog.<) 1001")
                .replaced(READING, "logged := ARRAY(%s);".formatted(FEW_KEYS)));
  }

  /** Logs an array of keys, which is yet to be read, instead of a single key. */
  private static FunctionText withArray(FunctionText text, String isFew) {
    return text.replaced(
            LAST_VARIABLE,
            LAST_VARIABLE + "\n  logged pg_catalog.text[];\n  changed pg_catalog.int4;")
        .replaced(IS_ONE_KEY, "CASE WHEN %s AND".formatted(isFew))
        .replacedEverywhere(ONE_KEY, "logged");
  }

  private static FunctionText withBell(FunctionText text, String bell) {
    return text.replaced(LOCK, bell + LOCK).without(LOCK, END);
  }

  private static void routeToPartition(TriggerDatabase database) {
    database.run(
        """
        CREATE TABLE freshet.routed_log (
          slot smallint NOT NULL DEFAULT ((date_part('epoch', clock_timestamp())::bigint / 600) % 16)::smallint,
          LIKE freshet.change_log INCLUDING DEFAULTS
        ) PARTITION BY LIST (slot);
        CREATE INDEX ON freshet.routed_log (xid);
        DO $bench$
        BEGIN
          FOR slot IN 0..15 LOOP
            EXECUTE format('CREATE TABLE freshet.routed_log_%1$s PARTITION OF freshet.routed_log FOR VALUES IN (%1$s)', slot);
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
