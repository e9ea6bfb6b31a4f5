-- The demo's first view: one row per image, its features as one document.
--
-- Rows come from features-sample.jsonl.gz; see SOURCES.md.

CREATE TABLE public.image_features (
  image_id        uuid        PRIMARY KEY,
  user_id         text        NOT NULL,
  feature_version text        NOT NULL,
  features        jsonb       NOT NULL,
  updated_at      timestamptz NOT NULL DEFAULT now()
);
