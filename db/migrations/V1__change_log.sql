-- The change log: what changed, written by the triggers in the writer's own transaction.
--
-- Contract
--   freshet.change_log  insert-only. A row says that a transaction changed some keys of a watch, or (keys IS NULL) the
--                       whole view. Its rows are in four slots, the tables that inherit from it; it holds none itself. A
--                       slot is emptied by TRUNCATE, never by DELETE, and only if every chain left all of its rows behind
--                       long ago (freshet.floor). In which slot a row is matters to nobody who reads it. UNLOGGED: a
--                       crash empties it and the generation together, and what has no generation is swept as a whole.
--   freshet.change_log_slot
--                       the slot that is written to; the daemon moves on to an empty one. Not called: the log may be full,
--                       and who is about to write must ask freshet.change_log_is_full first. A hint: a trigger that
--                       follows an old one does no harm.
--   freshet.floor       one row: all transactions that were visible in this snapshot may be missing from the change log.
--   freshet.position    one row per chain, a lazy copy of its link in Redis; for emptying slots and for people only.
--   freshet.generation  at most one row, with the random id of this history of the database. UNLOGGED on purpose: crash
--                       recovery, promotion and restore empty it, a clean restart keeps it. Where it is missing or another,
--                       commits may have been lost and transaction ids given out again, and the change log was emptied.
--                       Transactions that were open in its first snapshot and prepared may lack their rows in the log.
--   freshet.change_log_overflow
--                       a flag that is seen at once and by all, whatever becomes of the transaction that sets it: called,
--                       the change log is full; not called, it is open, and the value is the number of this opening. No
--                       two openings have the same number, so who looks seldom still sees that it was full meanwhile.
--   freshet.change_log_is_full
--                       asked by triggers, now and then, before they write: true says that the caller must write no row,
--                       since every view will be swept after its transaction has ended.
--
-- Must be in no publication: a subscriber's floor and positions are its own.

CREATE UNLOGGED TABLE freshet.change_log (
  xid      xid8        NOT NULL DEFAULT pg_current_xact_id(),
  at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  watch_id integer     NOT NULL,
  keys     text[]
);

-- Rows of many keys are stored compressed, which by Postgres' own method is a noticeable part of a bulk statement's time.
-- Left as it is where the server knows no other: before PostgreSQL 14, or built without lz4.
DO $$
BEGIN
  EXECUTE 'ALTER TABLE freshet.change_log ALTER COLUMN keys SET COMPRESSION lz4';
EXCEPTION WHEN feature_not_supported OR syntax_error THEN
  NULL;
END
$$;

CREATE INDEX change_log_xid ON freshet.change_log (xid);

CREATE UNLOGGED TABLE freshet.change_log_0 (LIKE freshet.change_log INCLUDING ALL) INHERITS (freshet.change_log);
CREATE UNLOGGED TABLE freshet.change_log_1 (LIKE freshet.change_log INCLUDING ALL) INHERITS (freshet.change_log);
CREATE UNLOGGED TABLE freshet.change_log_2 (LIKE freshet.change_log INCLUDING ALL) INHERITS (freshet.change_log);
CREATE UNLOGGED TABLE freshet.change_log_3 (LIKE freshet.change_log INCLUDING ALL) INHERITS (freshet.change_log);

CREATE SEQUENCE freshet.change_log_slot MINVALUE 0 MAXVALUE 3 START 0;

DO $$ BEGIN PERFORM setval('freshet.change_log_slot', 0); END $$;

-- A watch's trigger that has one key writes to the slot itself; whatever else is inserted comes this way.
CREATE FUNCTION freshet.to_slot() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  slot bigint := (SELECT s.last_value FROM freshet.change_log_slot AS s);
BEGIN
  IF slot = 0 THEN
    INSERT INTO freshet.change_log_0 VALUES (NEW.*);
  ELSIF slot = 1 THEN
    INSERT INTO freshet.change_log_1 VALUES (NEW.*);
  ELSIF slot = 2 THEN
    INSERT INTO freshet.change_log_2 VALUES (NEW.*);
  ELSE
    INSERT INTO freshet.change_log_3 VALUES (NEW.*);
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER to_slot BEFORE INSERT ON freshet.change_log FOR EACH ROW EXECUTE FUNCTION freshet.to_slot();

CREATE TABLE freshet.floor (
  only_row boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
  position pg_snapshot NOT NULL
);

INSERT INTO freshet.floor (position) VALUES ('1:1:');

CREATE TABLE freshet.position (
  chain       text        PRIMARY KEY,
  position    pg_snapshot NOT NULL,
  left_at     timestamptz NOT NULL,
  settling    pg_snapshot NOT NULL,
  settling_at timestamptz NOT NULL,
  settled     pg_snapshot
);

COMMENT ON COLUMN freshet.position.settling IS 'the position that will be the settled one when it is old enough';
COMMENT ON COLUMN freshet.position.settled IS 'a position that this chain left in Redis at least `retention` ago';

CREATE UNLOGGED TABLE freshet.generation (
  only_row boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
  id       text        NOT NULL,
  first    pg_snapshot NOT NULL DEFAULT pg_current_snapshot()
);

CREATE SEQUENCE freshet.change_log_overflow;

-- The first that finds the log above its bound says so, and marks every view in the log for people to see.
--
-- A caller that gets true holds the shared side of the overflow lock until its commit is visible. It took it before it
-- read the flag, so whoever clears the flag and then gets the exclusive side knows that no transaction which wrote
-- nothing is still open. Who does not get it writes as usual: writers wait for nobody.
CREATE FUNCTION freshet.change_log_is_full(bytes_max bigint) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF pg_sequence_last_value('freshet.change_log_overflow'::regclass) IS NULL THEN
    IF (SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'freshet.change_log'::regclass) <= bytes_max THEN
      RETURN false;
    END IF;
    PERFORM nextval('freshet.change_log_overflow'::regclass);
    INSERT INTO freshet.change_log (watch_id, keys) SELECT w.id, NULL FROM freshet.watch AS w WHERE w.retired_at IS NULL;
  END IF;
  PERFORM setval('freshet.change_log_slot'::regclass, s.last_value, false) FROM freshet.change_log_slot AS s WHERE s.is_called;
  IF NOT pg_try_advisory_xact_lock_shared(1718776680, 1) THEN
    RETURN false;
  END IF;
  RETURN pg_sequence_last_value('freshet.change_log_overflow'::regclass) IS NOT NULL;
END
$$;

COMMENT ON FUNCTION freshet.change_log_is_full(bigint) IS 'whether the caller, a trigger, must write nothing to the change log; says so once and for all if the log takes more bytes than these';
