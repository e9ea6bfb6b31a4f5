#!/bin/sh
# Runs once, in an empty database: an example table, and the role that Freshet works as.
set -eu

psql -v ON_ERROR_STOP=1 -v password="$FRESHET_PG_PASSWORD" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
CREATE TABLE public.products (
  id    bigint PRIMARY KEY,
  title text NOT NULL,
  price numeric(10,2) NOT NULL
);
INSERT INTO public.products VALUES (1, 'Kettle', 24.90), (2, 'Teapot', 18.50);

CREATE ROLE freshet LOGIN PASSWORD :'password';
CREATE SCHEMA freshet AUTHORIZATION freshet;
GRANT SELECT, TRIGGER ON public.products TO freshet;
SQL
