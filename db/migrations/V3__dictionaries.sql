-- The dictionaries of views: what their documents have in common, made by freshet train.
--
-- Contract
--   freshet.dictionary  one row per dictionary that values in a cache may still need. The truth: what a daemon puts into
--                       Redis for loaders is a copy of it. A row's content never changes. The versions of a view grow;
--                       the highest one of a codec is what loaders write with.
--       number          what values name the dictionary by: made of its content, so the same content has the same
--                       number, whoever trained it and whatever became of this table since
--       content         the id of the codec (1 byte), then the codec's own bytes
--       kept_for        how long a value can outlive the moment from which on nobody writes with this dictionary: the
--                       longest TTL that a daemon has had for the view since, and a day
--       replaced_at     when a daemon had told loaders of a newer one of the same codec; NULL: not yet. The daemon
--                       removes a row kept_for after that

CREATE TABLE freshet.dictionary (
  view        text        NOT NULL,
  version     integer     NOT NULL,
  codec       text        NOT NULL,
  number      bigint      NOT NULL,
  content     bytea       NOT NULL,
  trained_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  kept_for    interval    NOT NULL,
  replaced_at timestamptz,
  PRIMARY KEY (view, version)
);
