/*
 * Callers of one loader: who may be handed which value.
 *
 * Two processes read one cache key. A caller's read is a look-up; a miss takes a lease and loads under it (a flight), or
 * joins the flight whose lease its own look-up returned; somebody else's lease is waited for, or the caller loads alone.
 * Daemon and chain are one step (core.pml has them): a committed change is evicted some time later.
 *
 * Nobody is handed a value that lacks a change which was evicted before he asked, and at rest the key holds what the
 * database holds or nothing.
 *
 * Sabotages  JOIN_ANY_FLIGHT   a caller joins whatever flight of his process loads the key
 *            JOIN_SENT_BATCH   a key joins a batch whose statement was sent before its lease was granted
 */

#define CALLERS 3                /* 0 and 1 in one process, 2 in another */
#define PROCESS(c) ((c) / 2)
#ifndef COMMITS
#define COMMITS 2
#endif

byte content = 0;                /* each commit makes it another */
byte evicted = 0;                /* how many commits have been evicted */

mtype = { NOTHING, LEASE, VALUE };
mtype kind = NOTHING;
byte token = 0, value = 0;       /* a lease's token is the number of the caller that took it, plus one */

/* Flights, by the caller that took off; each takes off once, so tokens are never used twice. */
mtype = { ON_GROUND, IN_AIR, LANDED };
mtype flight[CALLERS];
byte carried[CALLERS];           /* what a flight has loaded */
#ifdef JOIN_SENT_BATCH
bool isSent[2];                  /* per process: a statement that runs, and what its snapshot saw */
byte snapshot[2];
#endif
byte done = 0;

inline handOut(what) {
  assert(what >= mustSee);
  done++;
  goto answered
}

proctype Caller(byte c) {
  byte mustSee, seen, joined;
  mtype found;
  do
  :: done < CALLERS -> break     /* asks at any time */
  od;
  atomic { mustSee = evicted; found = kind; seen = value; joined = token };   /* the look-up */
again:
  if
  :: atomic { found == VALUE -> handOut(seen) }
#ifdef JOIN_ANY_FLIGHT
  :: atomic { found != VALUE && c == 0 && flight[1] == IN_AIR -> joined = 2; goto join }
  :: atomic { found != VALUE && c == 1 && flight[0] == IN_AIR -> joined = 1; goto join }
#endif
  :: atomic { found == LEASE && PROCESS(joined - 1) == PROCESS(c) && flight[joined - 1] == IN_AIR -> goto join }
  :: atomic {                    /* somebody else's, or of a flight that has landed meanwhile: look again, */
       found == LEASE && !(PROCESS(joined - 1) == PROCESS(c) && flight[joined - 1] == IN_AIR) ->
       found = kind; seen = value; joined = token; goto again
     }
  :: found == LEASE -> goto alone                                             /* or do not wait any longer */
  :: atomic {                                                                 /* lease.lua */
       found == NOTHING ->
       if
       :: kind == NOTHING -> kind = LEASE; token = c + 1; flight[c] = IN_AIR
       :: else -> found = kind; seen = value; joined = token; goto again
       fi
     }
  fi;

#ifdef JOIN_SENT_BATCH
  if
  :: atomic { isSent[PROCESS(c)] -> carried[c] = snapshot[PROCESS(c)] }
  :: atomic { carried[c] = content; isSent[PROCESS(c)] = true; snapshot[PROCESS(c)] = content }
  fi;
#else
  carried[c] = content;          /* the batch's one statement */
#endif
  atomic {                       /* fill.lua */
    if
    :: kind == LEASE && token == c + 1 -> kind = VALUE; value = carried[c]; token = 0
    :: else
    fi
  };
  atomic { flight[c] = LANDED; handOut(carried[c]) };

join:                            /* to the flight itself, which cannot be missed any more */
  atomic { flight[joined - 1] == LANDED -> handOut(carried[joined - 1]) };

alone:
  atomic { handOut(content) };

answered:
  skip
}

proctype Writer() {
  do
  :: atomic { content < COMMITS -> content++ }
  :: content == COMMITS -> break
  od
}

proctype Daemon() {
end:
  do
  :: atomic { evicted < content -> evicted = content; kind = NOTHING; token = 0; value = 0 }
  od
}

/* A lease that expires, a record that is dropped: as long as somebody reads. */
proctype Drops() {
  do
  :: atomic { kind != NOTHING && done < CALLERS -> kind = NOTHING; token = 0; value = 0 }
  :: done == CALLERS -> break
  od
}

#ifdef JOIN_SENT_BATCH
/* A statement ends; the next one will have a snapshot of its own. */
proctype Statements() {
end:
  do
  :: atomic { isSent[0] -> isSent[0] = false; snapshot[0] = 0 }
  :: atomic { isSent[1] -> isSent[1] = false; snapshot[1] = 0 }
  od
}
#endif

init {
  byte c;
  atomic {
    for (c : 0 .. CALLERS - 1) { flight[c] = ON_GROUND; run Caller(c) }
    run Writer(); run Daemon(); run Drops();
#ifdef JOIN_SENT_BATCH
    run Statements();
#endif
    c = 0
  }
  timeout;                       /* at rest */
  assert(kind != VALUE || value == content);
  assert(done == CALLERS && evicted == content)
}
