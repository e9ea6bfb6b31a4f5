-- The demo's second view: a shop's catalog, which one document holds and 114 rows make up.
--
-- 8 stores, each with 12 categories and 101 products. Names and prices follow from the ids, so that
-- every run has the same data. A catalog's rows: 1 store + 12 categories + 101 products.

CREATE TABLE public.stores (
  id       bigint PRIMARY KEY,
  slug     text   NOT NULL UNIQUE,
  name     text   NOT NULL,
  currency text   NOT NULL
);

CREATE TABLE public.categories (
  id       bigint  PRIMARY KEY,
  store_id bigint  NOT NULL REFERENCES public.stores,
  name     text    NOT NULL,
  position integer NOT NULL
);

CREATE TABLE public.products (
  id          bigint        PRIMARY KEY,
  store_id    bigint        NOT NULL REFERENCES public.stores,
  category_id bigint        NOT NULL REFERENCES public.categories,
  title       text          NOT NULL,
  price       numeric(10,2) NOT NULL CHECK (price >= 0),
  in_stock    integer       NOT NULL CHECK (in_stock >= 0)
);

CREATE INDEX categories_of_store ON public.categories (store_id, position);
CREATE INDEX products_of_category ON public.products (store_id, category_id);

INSERT INTO public.stores (id, slug, name, currency)
SELECT s.id, s.slug, s.name, 'EUR'
FROM (VALUES
  (1, 'harbour-tools',   'Harbour Tools'),
  (2, 'green-bean',      'Green Bean Coffee'),
  (3, 'paper-lantern',   'Paper Lantern Books'),
  (4, 'north-trail',     'North Trail Outdoor'),
  (5, 'blue-kettle',     'Blue Kettle Kitchen'),
  (6, 'little-acorn',    'Little Acorn Toys'),
  (7, 'velvet-thread',   'Velvet Thread Fabrics'),
  (8, 'copper-string',   'Copper String Music')
) AS s (id, slug, name);

-- Category 100 s + c is the c-th of store s.
INSERT INTO public.categories (id, store_id, name, position)
SELECT s.id * 100 + c,
       s.id,
       (ARRAY['New', 'Bestsellers', 'Basics', 'For beginners', 'Professional', 'Small', 'Large',
              'Gifts', 'Seasonal', 'Accessories', 'Spare parts', 'Last pieces'])[c],
       c
FROM public.stores s, generate_series(1, 12) AS c;

-- Product 1000 s + p is the p-th of store s; the categories take turns.
INSERT INTO public.products (id, store_id, category_id, title, price, in_stock)
SELECT s.id * 1000 + p,
       s.id,
       s.id * 100 + 1 + (p - 1) % 12,
       (ARRAY['Sturdy', 'Light', 'Classic', 'Folding', 'Handmade', 'Compact', 'Quiet', 'Bright',
              'Plain', 'Double', 'Simple'])[1 + (p * 7 + s.id) % 11]
         || ' '
         || (ARRAY['Box', 'Set', 'Case', 'Kit', 'Holder', 'Stand', 'Bag', 'Lamp',
                   'Cover'])[1 + (p * 5 + s.id * 3) % 9]
         || ' No. ' || p,
       ((199 + (p * 7919 + s.id * 104729) % 19800) / 100.0)::numeric(10,2),
       (p * 31 + s.id * 17) % 60
FROM public.stores s, generate_series(1, 101) AS p;

-- A store's catalog as one document; NULL if there is no such store.
CREATE FUNCTION public.store_catalog(store bigint) RETURNS jsonb
LANGUAGE sql STABLE STRICT PARALLEL SAFE
AS $$
  SELECT jsonb_build_object(
    'store', jsonb_build_object('id', s.id, 'slug', s.slug, 'name', s.name, 'currency', s.currency),
    'categories', (
      SELECT coalesce(jsonb_agg(jsonb_build_object(
        'id', c.id,
        'name', c.name,
        'products', (
          SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', p.id,
            'title', p.title,
            'price', p.price,
            'in_stock', p.in_stock
          ) ORDER BY p.id), '[]')
          FROM public.products p
          WHERE p.store_id = s.id AND p.category_id = c.id
        )
      ) ORDER BY c.position, c.id), '[]')
      FROM public.categories c
      WHERE c.store_id = s.id
    )
  )
  FROM public.stores s
  WHERE s.id = store
$$;
