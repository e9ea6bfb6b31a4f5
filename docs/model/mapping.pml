/*
 * A watch with a `keys` query: a product's change logs the store's id, and the store's slug says which catalog is cached.
 *
 * One store, whose slug is A or B, and one product in it. The catalog of the slug that the store has shows the product;
 * the other one is absent. Transactions change the product (it logs the store's id) or the slug (it logs the old and the
 * new one). Who writes to the store does it under a row lock, so renamings come one after the other; product and slug
 * change independently. Leases and the chain are taken for granted (core.pml has them). At rest both catalogs must be
 * what the database holds or nothing.
 *
 * Faults     GOES_BACK  Redis returns to a state that it once had
 * Sabotage   IN_WRITERS_TRANSACTION  the product's trigger resolves the store's slug and logs that
 */

#define A 0
#define B 1
#define RENAMINGS 2
#define PRODUCT_CHANGES 2

byte product = 0;                /* what is committed */
byte slug = A;

/* The log: transactions become visible one by one; entry n is what the n-th logged. */
#define ENTRIES (RENAMINGS + PRODUCT_CHANGES)
mtype = { THE_STORE, ONE_SLUG, BOTH_SLUGS };
mtype entry[ENTRIES];
byte entrySlug[ENTRIES];
byte visible = 0;

/* Redis */
byte position = 0;
bool hasValue[2];
byte value[2];
byte savedPosition;
bool isSaved = false, savedHasValue[2];
byte savedValue[2];
bool isOver = false;

#define ABSENT 0
#define CATALOG(s) ((s) == slug -> product + 1 : ABSENT)

proctype ProductWriter() {
  byte left = PRODUCT_CHANGES, resolved;
  do
  :: left > 0 ->
#ifdef IN_WRITERS_TRANSACTION
     resolved = slug;            /* the trigger, in a statement of its own, before the commit */
     atomic { entry[visible] = ONE_SLUG; entrySlug[visible] = resolved; visible++; product++; left--; resolved = 0 }
#else
     atomic { entry[visible] = THE_STORE; visible++; product++; left-- }
#endif
  :: left == 0 || isOver -> break
  od
}

proctype SlugWriter() {
  byte left = RENAMINGS;
  do
  :: atomic { left > 0 -> entry[visible] = BOTH_SLUGS; visible++; slug = 1 - slug; left-- }
  :: atomic { left == 0 || isOver -> break }
  od
}

proctype Loader() {
  do
  :: atomic { !hasValue[A] -> hasValue[A] = true; value[A] = CATALOG(A) }
  :: atomic { !hasValue[B] -> hasValue[B] = true; value[B] = CATALOG(B) }
  :: isOver -> break
  od
}

inline evict(s) { hasValue[s] = false; value[s] = 0 }

/* EvictionPlan, Evictor and PostgresKeyResolver: read the batch, then map, then write. */
proctype Daemon() {
  byte since, upTo, n, slugs;    /* slugs: a bit for each that is to be evicted */
  bool isMapped;
  do
  :: atomic {
       position != visible ->
       since = position; upTo = visible; isMapped = false;
       for (n : since .. upTo - 1) {
         if
         :: entry[n] == BOTH_SLUGS -> slugs = slugs | 3
         :: entry[n] == ONE_SLUG -> slugs = slugs | (1 << entrySlug[n])
         :: entry[n] == THE_STORE -> isMapped = true
         fi
       };
       n = 0
     };
     atomic { if :: isMapped -> slugs = slugs | (1 << slug) :: else fi };   /* the keys query, a later statement */
     atomic {
       if
       :: position == since ->
            if :: slugs & 1 -> evict(A) :: else fi;
            if :: slugs & 2 -> evict(B) :: else fi;
            position = upTo
       :: else                   /* another link: Redis went back */
       fi;
       since = 0; upTo = 0; slugs = 0; isMapped = false
     }
  od
}

proctype Faults() {
  do
#ifdef GOES_BACK
  :: atomic {
       !isSaved -> isSaved = true; savedPosition = position; savedHasValue[A] = hasValue[A]; savedHasValue[B] = hasValue[B];
       savedValue[A] = value[A]; savedValue[B] = value[B]
     }
  :: atomic {
       isSaved -> position = savedPosition; hasValue[A] = savedHasValue[A]; hasValue[B] = savedHasValue[B];
       value[A] = savedValue[A]; value[B] = savedValue[B]
     }
#endif
  :: atomic {
       isOver = true; isSaved = false; savedPosition = 0; savedHasValue[A] = false; savedHasValue[B] = false; savedValue[A] = 0;
       savedValue[B] = 0;
       break
     }
  od
}

init {
  atomic { run ProductWriter(); run SlugWriter(); run Loader(); run Daemon(); run Faults() }
  timeout;                       /* at rest */
  assert(!hasValue[A] || value[A] == CATALOG(A));
  assert(!hasValue[B] || value[B] == CATALOG(B));
#ifndef SABOTAGE
  assert(isOver && position == visible)
#endif
}
