-- The change log: what changed, written by the triggers in the writer's own transaction.
--
-- Contract
--   freshet.change_log  insert-only. A row says that a transaction changed some keys of a watch, or (keys IS NULL) the
--                       whole view. It is a ring of 16 slots of 10 minutes each; a slot is emptied by TRUNCATE, never by
--                       DELETE, and only if every chain left all of its rows behind long ago (freshet.floor).
--   freshet.floor       one row: all transactions that were visible in this snapshot may be missing from the change log.
--   freshet.position    one row per chain, a lazy copy of its link in Redis; for emptying slots and for people only.
--   freshet.generation  at most one row, with the random id of this history of the database. UNLOGGED on purpose: crash
--                       recovery, promotion and restore empty it, a clean restart keeps it. Where it is missing or another,
--                       commits may have been lost and transaction ids given out again.
--   freshet.change_log_overflow
--                       a flag that is seen at once and by all, whatever becomes of the transaction that sets it: called,
--                       the change log is full; not called, it is open, and the value is the number of this opening. No
--                       two openings have the same number, so who looks seldom still sees that it was full meanwhile.
--   freshet.change_log_is_full
--                       asked by triggers, now and then, before they write: true says that the caller must write no row,
--                       since every view will be swept after its transaction has ended.
--
-- Must be in no publication: TRUNCATE would empty a subscriber's ring.

CREATE TABLE freshet.change_log (
  slot     smallint    NOT NULL DEFAULT ((date_part('epoch', clock_timestamp())::bigint / 600) % 16)::smallint,
  xid      xid8        NOT NULL DEFAULT pg_current_xact_id(),
  watch_id integer     NOT NULL,
  keys     text[],
  at       timestamptz NOT NULL DEFAULT clock_timestamp()
) PARTITION BY LIST (slot);

CREATE INDEX change_log_xid ON freshet.change_log (xid);

DO $$
BEGIN
  FOR slot IN 0..15 LOOP
    EXECUTE format('CREATE TABLE freshet.%I PARTITION OF freshet.change_log FOR VALUES IN (%s)',
                   'change_log_' || to_char(slot, 'FM00'), slot);
  END LOOP;
END
$$;

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
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  id       text    NOT NULL
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
  IF NOT pg_try_advisory_xact_lock_shared(1718776680, 1) THEN
    RETURN false;
  END IF;
  RETURN pg_sequence_last_value('freshet.change_log_overflow'::regclass) IS NOT NULL;
END
$$;

COMMENT ON FUNCTION freshet.change_log_is_full(bigint) IS 'whether the caller, a trigger, must write nothing to the change log; says so once and for all if the log takes more bytes than these';
