/*
 * The change log: late commits, the position as a snapshot, the emptying of slots, the floor.
 *
 * Transactions get their ids when they begin, write their row at once and end when they like, so one may stay open for
 * very long. One slot stands for all: what is emptied are the rows that are there. Leases are taken for granted (core.pml
 * has them): a fill is the value of one instant. At rest K must hold what the database holds or nothing.
 *
 * Faults     GOES_BACK  the Redis of the main chain returns to a state that it once had
 * Chains     A main chain, and with OTHER a second one, of another Redis, that starts late and is away as long as it likes
 * Sabotages  BY_AGE            a slot is emptied when its rows were inserted long ago
 *            NO_FLOOR          a chain is not told that rows are gone
 *            LOOK_BEFORE_LOCK  whether all rows were left behind is not asked again under the lock
 *            FLOOR_READ_LATER  the positions are read once for the check, and again for the floor
 *            ROWS_READ_LATER   a batch's rows are read by a later statement than the floor
 *            XID_AFTER_LAST    the log is read from the highest id that was seen, not by the difference of snapshots
 */

#ifndef TRANSACTIONS
#define TRANSACTIONS 3           /* with the ids 0, 1 and 2; 0 and 1 change K */
#endif
#define ALL ((1 << TRANSACTIONS) - 1)
#define CHANGES_K 3
#ifdef OTHER
#define CHAINS 2
#else
#define CHAINS 1
#endif

/* Sets of transactions are bit masks. A snapshot is the set of those whose end it sees. */
byte begun = 0;                  /* how many; they begin in the order of their ids */
byte ended = 0;
byte committed = 0;
byte rows = 0;                   /* in the slot, of whatever transaction */
#ifdef BY_AGE
byte old = 0, aging = 0;         /* rows that were inserted before kept[0], and before settling[0], were left */
#endif
byte floor = 0;
bool isLocked = false;           /* the slot, for TRUNCATE */

#define VISIBLE_ROWS (rows & committed)
#define OPEN_WRITERS (rows & ~ended & ALL)
#define K_NOW (committed & CHANGES_K)

/* freshet.position */
bool isKept[CHAINS];
byte kept[CHAINS];               /* `settled`, or `position` when the log is nearly full: what the check asks for */
byte settling[CHAINS];

/* Each chain's Redis */
bool isThere[CHAINS];            /* the chain has been started */
byte position[CHAINS];
byte link[CHAINS];               /* the link's random id */
bool hasValue[CHAINS];
byte value[CHAINS];
byte known[CHAINS], knownLink[CHAINS];   /* its daemon's */
bool isKnown[CHAINS];

byte savedPosition, savedLink, savedValue;
bool isSaved = false, savedHasValue;
bool isOver = false;

byte candidate;
#define USED_LINKS(c) ((1 << link[c]) | (1 << knownLink[c]) | ((c) == 0 && isSaved -> 1 << savedLink : 0))
inline newLink(c) {
  candidate = 0;
  do
  :: USED_LINKS(c) & (1 << candidate) -> candidate++
  :: else -> break
  od;
  link[c] = candidate; candidate = 0;
  known[c] = position[c]; knownLink[c] = link[c]; isKnown[c] = true
}

/* The trigger's insert waits while the slot is locked, as reading does; the lock waits for open writers. */
proctype Writers() {
  do
  :: atomic { begun < TRANSACTIONS && !isLocked -> rows = rows | (1 << begun); begun++ }
  :: atomic { begun > 0 && !(ended & 1) -> ended = ended | 1; committed = committed | 1 }
  :: atomic { begun > 1 && !(ended & 2) -> ended = ended | 2; committed = committed | 2 }
#if TRANSACTIONS == 3
  :: atomic { begun > 2 && !(ended & 4) -> ended = ended | 4; committed = committed | 4 }
#endif
  :: atomic { begun > 0 && !(ended & 1) -> ended = ended | 1; rows = rows & ~1 }       /* rolled back */
  :: atomic { ended == ALL -> break }
  od
}

/* A fill, and Redis' dropping of a record. */
proctype Loader() {
  byte c;
  do
  :: atomic { isThere[0] && !hasValue[0] -> hasValue[0] = true; value[0] = K_NOW }
#ifdef OTHER
  :: atomic { isThere[1] && !hasValue[1] -> hasValue[1] = true; value[1] = K_NOW }
#endif
  :: isOver -> break
  od
}

#ifdef XID_AFTER_LAST
#define AFTER(since) ((since) == 0 -> 7 : ((since) >= 4 -> 0 : ((since) >= 2 -> 4 : 6)))
#else
#define AFTER(since) (~(since) & ALL)
#endif

proctype Daemon(byte c) {
  byte upTo, keys;
forget:
  atomic { upTo = 0; keys = 0; known[c] = position[c]; knownLink[c] = link[c]; isKnown[c] = isThere[c] }
idle:
  if
  :: atomic { !isThere[c] -> upTo = ended; goto newChain }
  :: atomic {                    /* one statement: rows, snapshot, floor */
       isKnown[c] && ended != known[c] && !isLocked ->
       upTo = ended;
#ifndef NO_FLOOR
       if
       :: floor & ~known[c] -> goto newChain
       :: else
       fi;
#endif
#ifndef ROWS_READ_LATER
       keys = VISIBLE_ROWS & AFTER(known[c])
#endif
     }
  :: atomic { isKnown[c] && knownLink[c] != link[c] -> goto forget }   /* the beat */
  fi;
#ifdef ROWS_READ_LATER
  atomic { !isLocked -> keys = VISIBLE_ROWS & AFTER(known[c]) & upTo };
#endif
  atomic {
    if
    :: link[c] == knownLink[c] ->
         if :: keys & CHANGES_K -> hasValue[c] = false; value[c] = 0 :: else fi;
         position[c] = upTo; newLink(c); upTo = 0; keys = 0;
         goto idle
    :: else -> goto forget
    fi
  };
newChain:
  atomic {
    if
    :: link[c] == knownLink[c] ->
         hasValue[c] = false; value[c] = 0; position[c] = upTo; isThere[c] = true; newLink(c); upTo = 0; keys = 0;
         goto idle
    :: else -> goto forget
    fi
  }
}

/* keepPosition: what the daemon left in Redis; the settled one is any that it kept before. */
inline keep(c) {
  kept[c] = settling[c]; settling[c] = known[c]; isKept[c] = true;
#ifdef BY_AGE
  old = aging; aging = rows
#endif
}

proctype Upkeep() {
  byte looked, asked;
  bool isDue;
#ifdef OTHER
#define EVERY(mask) (isKept[0] && !((mask) & ~kept[0]) && (!isKept[1] || !((mask) & ~kept[1])))
#define SEEN_BY_ALL (kept[0] & (isKept[1] -> kept[1] : ALL))
#else
#define EVERY(mask) (isKept[0] && !((mask) & ~kept[0]))
#define SEEN_BY_ALL kept[0]
#endif
#ifdef BY_AGE
#define IS_LEFT_BEHIND (isKept[0] && !(rows & ~old))
#else
#define IS_LEFT_BEHIND EVERY(VISIBLE_ROWS)
#endif
  do
#ifdef LOOK_BEFORE_LOCK
  :: atomic { !isOver && VISIBLE_ROWS && IS_LEFT_BEHIND -> isDue = true; asked = SEEN_BY_ALL };
     atomic { OPEN_WRITERS == 0 -> isLocked = true }
#else
  :: atomic { !isOver && VISIBLE_ROWS && OPEN_WRITERS == 0 -> isLocked = true };
     atomic { isDue = IS_LEFT_BEHIND; asked = SEEN_BY_ALL };
#ifdef FLOOR_READ_LATER
     atomic { asked = SEEN_BY_ALL };
#endif
#endif
     atomic {
       if
       :: isDue -> floor = floor | asked; rows = 0;
#ifdef BY_AGE
            old = 0; aging = 0
#endif
       :: else
       fi;
       isLocked = false; isDue = false; asked = 0
     }
  :: isOver -> break
  od
}

/* What happens beside: keeping positions, time that passes. */
proctype Beside() {
  do
#ifdef BY_AGE                    /* a daemon that is never behind, so that nothing but age is at fault */
  :: atomic { known[0] == ended && !(isKept[0] && kept[0] == known[0] && settling[0] == known[0] && old == rows) -> keep(0) }
#else
  :: atomic { isKnown[0] && !(isKept[0] && kept[0] == settling[0] && settling[0] == known[0]) -> keep(0) }
#endif
#ifdef OTHER
  :: atomic { isKnown[1] && !(isKept[1] && kept[1] == settling[1] && settling[1] == known[1]) -> keep(1) }
#endif
  :: isOver -> break
  od
}

proctype Faults() {
  do
#ifdef GOES_BACK
  :: atomic { !isSaved && isThere[0] -> isSaved = true; savedPosition = position[0]; savedLink = link[0]; savedHasValue = hasValue[0]; savedValue = value[0] }
  :: atomic { isSaved -> position[0] = savedPosition; link[0] = savedLink; hasValue[0] = savedHasValue; value[0] = savedValue }
#endif
  :: atomic { isOver = true; isSaved = false; savedPosition = 0; savedLink = 0; savedHasValue = false; savedValue = 0; break }
  od
}

init {
  atomic {
    isThere[0] = true;
    run Writers(); run Loader(); run Daemon(0); run Upkeep(); run Beside(); run Faults();
#ifdef OTHER
    run Daemon(1);
#endif
  }
  timeout;                       /* at rest */
  assert(!hasValue[0] || value[0] == K_NOW);
#ifdef OTHER
  assert(!hasValue[1] || value[1] == K_NOW);
#endif
#ifndef SABOTAGE
  assert(isOver && position[0] == ended)
#endif
}
