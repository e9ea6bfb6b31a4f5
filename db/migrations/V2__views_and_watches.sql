-- The views and watches that are installed, by the ids that the change log speaks of.
--
-- Contract
--   freshet.view   one row per view that was ever migrated; the definition hash is that of the configuration that
--                  `freshet migrate` saw last. A daemon or loader with another hash does not fill.
--   freshet.watch  one row per definition of a watch. A changed watch gets a new id and the old one is retired, so that
--                  rows written under the old rule are never read by the new one. relation IS NULL: the watch of people,
--                  whose rows come from freshet.evict(). sql_hash is that of the function and triggers as installed.
--   freshet.evict  evicts entities (or, with NULL, a whole view) as every change does: through the change log.
--   freshet.missing_key
--                  what a trigger reads in the place of a column of the key that is gone: nothing, with a warning.
--   freshet.expect_installed
--                  fails unless things are as they were when a migration was planned: `freshet migrate` assigns the ids
--                  before it runs, and what it runs must not meet the work of another run.

CREATE TABLE freshet.view (
  id              integer PRIMARY KEY,
  name            text NOT NULL UNIQUE,
  key_template    text NOT NULL,
  definition_hash text NOT NULL
);

CREATE TABLE freshet.watch (
  id              integer PRIMARY KEY,
  view_id         integer NOT NULL REFERENCES freshet.view,
  name            text    NOT NULL,
  relation        text,
  definition_hash text    NOT NULL,
  sql_hash        text    NOT NULL,
  retired_at      timestamptz
);

CREATE UNIQUE INDEX watch_in_force ON freshet.watch (name) WHERE retired_at IS NULL;

CREATE FUNCTION freshet.evict(view_name text, entity_keys text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  people integer;
BEGIN
  SELECT w.id INTO people
    FROM freshet.watch AS w JOIN freshet.view AS v ON v.id = w.view_id
   WHERE v.name = view_name AND w.relation IS NULL AND w.retired_at IS NULL;
  IF people IS NULL THEN
    RAISE EXCEPTION 'freshet: there is no view "%"', view_name
      USING HINT = 'SELECT name FROM freshet.view lists the views; freshet migrate installs them.';
  END IF;
  IF entity_keys IS NULL THEN
    INSERT INTO freshet.change_log (watch_id, keys) VALUES (people, NULL);
  ELSE
    INSERT INTO freshet.change_log (watch_id, keys)
    SELECT people, array_agg(k)
      FROM (SELECT k, (row_number() OVER () - 1) / 1000 AS chunk FROM unnest(entity_keys) AS k WHERE k IS NOT NULL) AS numbered
     GROUP BY chunk;
  END IF;
  PERFORM pg_notify('freshet', '');
END
$$;

COMMENT ON FUNCTION freshet.evict(text, text[]) IS 'evicts entities of a view by the text forms of their keys; NULL evicts the whole view';

-- STABLE, though it warns: a query that does not need its value must be planned as if it were not there.
CREATE FUNCTION freshet.missing_key(watch_id integer) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE WARNING 'freshet: the keys of a change of % could not be computed (a column of the key is gone); the whole view will be evicted; run freshet migrate',
    (SELECT w.relation FROM freshet.watch AS w WHERE w.id = watch_id);
  RETURN NULL;
EXCEPTION WHEN untranslatable_character THEN
  RETURN NULL; -- the client's encoding has no letters for this name: it gets no warning, and must not fail
END
$$;

COMMENT ON FUNCTION freshet.missing_key(integer) IS 'NULL, and a warning that a column of the key of a watch is gone';

CREATE FUNCTION freshet.expect_installed(view_id_max integer, watch_id_max integer, watch_name text, watch_id integer)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF (SELECT coalesce(max(v.id), 0) FROM freshet.view AS v) <> view_id_max
     OR (SELECT coalesce(max(w.id), 0) FROM freshet.watch AS w) <> watch_id_max
     OR (SELECT w.id FROM freshet.watch AS w WHERE w.name = watch_name AND w.retired_at IS NULL) IS DISTINCT FROM watch_id THEN
    RAISE EXCEPTION 'freshet: "%" or another watch was migrated since this migration was planned', watch_name
      USING ERRCODE = 'serialization_failure', HINT = 'Run freshet migrate again; a script of --dry-run must be made anew.';
  END IF;
END
$$;

COMMENT ON FUNCTION freshet.expect_installed(integer, integer, text, integer) IS 'fails unless the highest ids, and the id in force of a watch (NULL: none), are these';
