/*
 * Freshet's core: the chain, the leases and the generation, around one cache key K.
 *
 * Redis, Postgres and daemons fail as often as they like until the faults are over. At rest, when nobody can move any
 * more, K must hold what the database holds or nothing, and the chain must have applied everything. With SABOTAGE only
 * the value at rest is asked for, so that a sabotage fails for a stale value and nothing less.
 *
 * Faults     GOES_BACK  Redis returns to a state that it once had
 *            LOSES      Redis loses all it has, or K, or the chain
 *            CRASH      a daemon stops between two steps and starts again with nothing in mind
 *            LOSS       Postgres crashes, loses commits, and gives their transaction ids out again
 *            FAILOVER   as LOSS, but the old primary lives on for some time, and is reached by whom it pleases
 * Sizes      TWO        two active daemons
 *            LOADERS    how many loaders (1)
 *            K_COMMITS  how many commits change K (2)
 *            OTHER_COMMITS  how many do not (1)
 *            RETURNS    how often Redis goes back at most (as often as it likes)
 *            LOSSES     how often Postgres loses commits at most (2)
 *            ALL_COMMIT all of them take place, and K is changed again after commits were lost
 *            READER     a reader whose look-up takes the record first and the chain later
 * Sabotages  PLAIN_SET, POSITION_IN_POSTGRES, NO_BEAT, NO_GENERATION, FILL_OF_ANY_GENERATION, CHAIN_BEFORE_RECORD,
 *            NO_LINK_CHECK
 */

#ifndef LOADERS
#define LOADERS 1
#endif
#ifndef K_COMMITS
#define K_COMMITS 2
#endif
#ifdef FAILOVER
#define LOSS
#endif
#ifdef TWO
#define DAEMONS 2
#else
#define DAEMONS 1
#endif
#define COMMITS (K_COMMITS + 1)

/* ---- Postgres. A position is a set of transactions; they become visible one by one, so their number says which. ---- */

byte visible = 0;                /* how many transactions are visible; those with the ids 0 to visible-1 */
byte content[COMMITS + 1];       /* content[n]: what K is in the database when n transactions are visible */
byte contents = 0;               /* each commit to K makes a content that never was before */
byte generation = 1;             /* 0: the table is empty */
byte logged = 0;                 /* the log has rows of the transactions from this one on: a crash empties it */
byte generations = 1;
byte timeline = 1;
byte kLeft = K_COMMITS;
#ifndef OTHER_COMMITS
#define OTHER_COMMITS 1
#endif
byte othersLeft = OTHER_COMMITS;

#define NOW content[visible]
#define LOGGED_SINCE(n) content[(n > logged -> n : logged)]

/* A value with this content saw at least the first n transactions of the database's present history. */
#define SAW_1(v, n, q) ((n) <= (q) && (q) <= visible && content[q] == (v))
#if K_COMMITS == 1
#define SAW(v, n) (SAW_1(v, n, 0) || SAW_1(v, n, 1) || SAW_1(v, n, 2))
#else
#define SAW(v, n) (SAW_1(v, n, 0) || SAW_1(v, n, 1) || SAW_1(v, n, 2) || SAW_1(v, n, 3))
#endif

#ifdef LOSS
byte keptVisible = 0;            /* what the disk, or the standby, has */
#ifndef LOSSES
#define LOSSES 2
#endif
byte losses = LOSSES;
#ifdef ALL_COMMIT
#define MAY_LOSE (losses > 0 && kLeft > 0)
#else
#define MAY_LOSE (losses > 0)
#endif
#endif
#ifdef FAILOVER
bool isOldAlive = false;         /* the old primary; its timeline is the one before */
byte oldVisible, oldContent, oldGeneration;
#endif

/* ---- Redis ---- */

mtype = { NOTHING, LEASE, VALUE };        /* what K holds */
mtype = { NO_CHAIN, APPLIED, SWEEPING };  /* what the link says */

mtype kind = NOTHING;            /* the record */
byte token = 0;                  /* of a lease */
byte value = 0, valueEpoch = 0;  /* of a value */
mtype state = APPLIED;           /* the link */
byte position = 0, attempt = 1, chunk = 0;
byte chainGeneration = 1, chainTimeline = 1, epoch = 1;

#ifdef GOES_BACK                 /* the state to which Redis may return */
bool isSaved = false;
#ifdef RETURNS
byte returns = RETURNS;
#define MAY_RETURN (returns > 0)
#define HAS_RETURNED returns--
#else
#define MAY_RETURN true
#define HAS_RETURNED skip
#endif
mtype savedKind;
byte savedToken, savedValue, savedValueEpoch;
mtype savedState;
byte savedPosition, savedAttempt, savedChunk, savedChainGeneration, savedChainTimeline, savedEpoch;
#define IN_SAVED(x) | (1 << (x))
#else
#define IN_SAVED(x)
#endif

/* ---- What daemons, loaders and the reader have in mind ---- */

mtype knownState[DAEMONS];       /* the chain as the daemon believes it to be */
byte knownPosition[DAEMONS], knownAttempt[DAEMONS], knownChunk[DAEMONS], knownGeneration[DAEMONS], knownTimeline[DAEMONS];
byte ownAttempt[DAEMONS];        /* the id of the attempt at hand */
byte scan[DAEMONS];              /* what the SCAN of a sweep has come to */
#define NO_SCAN 0                /* not begun, or its connection has broken */
#define K_NOT_THERE 1
#define K_FOUND 2
byte leaseToken[LOADERS], leaseEpoch[LOADERS];
#ifdef READER
byte seenEpoch;
byte mustSee;                    /* how many transactions had been applied when the reader asked */
#endif
#ifdef POSITION_IN_POSTGRES
byte positionInPostgres = 0;
#endif

bool isOver = false;             /* no faults any more */

/* Random ids are never used twice. Whether they were used once, and are forgotten by all, nobody can tell. */
byte candidate;

inline smallestUnused(id, used) {
  candidate = 1;
  do
  :: (used) & (1 << candidate) -> candidate++
  :: else -> break
  od;
  id = candidate; candidate = 0
}

#if DAEMONS == 2
#define IN_DAEMONS(a) ((1 << a[0]) | (1 << a[1]))
#else
#define IN_DAEMONS(a) (1 << a[0])
#endif
#if LOADERS == 2
#define IN_LOADERS(a) ((1 << a[0]) | (1 << a[1]))
#else
#define IN_LOADERS(a) (1 << a[0])
#endif
#define USED_ATTEMPTS (IN_DAEMONS(knownAttempt) | IN_DAEMONS(ownAttempt) | (1 << attempt) IN_SAVED(savedAttempt))
#define USED_TOKENS (IN_LOADERS(leaseToken) | (1 << token) IN_SAVED(savedToken))

/*
 * An epoch of a record or a lease matters only as long as the chain has it, or may have it again. All others are 0, and
 * their ids are given out again, so that no state differs from another by names alone.
 */
#ifdef GOES_BACK
#define RETURNING_EPOCH savedEpoch
#else
#define RETURNING_EPOCH 0
#endif

inline forgetEpoch(e) {
  if
  :: e != RETURNING_EPOCH && e != epoch -> e = 0
  :: else
  fi
}

inline forgetDeadEpochs() {
  forgetEpoch(valueEpoch);
  forgetEpoch(leaseEpoch[0]);
#if LOADERS == 2
  forgetEpoch(leaseEpoch[1]);
#endif
#ifdef READER
  forgetEpoch(seenEpoch);
#endif
}

inline newEpoch() {
  epoch = 0;
  forgetDeadEpochs();
  epoch = (RETURNING_EPOCH == 1 -> 2 : 1)
}

#define HAS_CHAIN (state != NO_CHAIN)
#define IS_USABLE (kind == VALUE && HAS_CHAIN && valueEpoch == epoch)
#define IS_PRESENT_HISTORY (HAS_CHAIN && generation != 0 && chainGeneration == generation)

/* What the link says is done is done, and no lost commit is shown. Asked after every change of Redis. */
inline checkRedis() {
#ifdef SABOTAGE
  skip
#else
  assert(!(IS_USABLE && IS_PRESENT_HISTORY) || SAW(value, position))
#endif
}

inline clearKey() { kind = NOTHING; token = 0; value = 0; valueEpoch = 0 }

/* ---- Writers ---- */

inline commit(changesK) {
  content[visible + 1] = content[visible];
  visible++;
  if
  :: changesK -> contents++; content[visible] = contents; kLeft--
  :: else -> othersLeft--
  fi
}

proctype Writers() {
  do
  :: atomic { kLeft > 0 -> commit(true) }
  :: atomic { othersLeft > 0 -> commit(false) }
#ifdef FAILOVER
  :: atomic { kLeft > 0 && isOldAlive -> contents++; oldContent = contents; oldVisible++; kLeft-- }
#endif
  :: atomic { kLeft == 0 && othersLeft == 0 -> break }
#ifndef ALL_COMMIT
  :: atomic { isOver -> break }
#endif
  od
}

/* ---- The daemon: EvictionLoop, Evictor, Attempt; each write to Redis is one run of evict.lua ---- */

inline know(d) {
  knownState[d] = state; knownPosition[d] = position; knownAttempt[d] = attempt; knownChunk[d] = chunk;
  knownGeneration[d] = chainGeneration; knownTimeline[d] = chainTimeline;
  ownAttempt[d] = 0; scan[d] = NO_SCAN;
#ifdef POSITION_IN_POSTGRES
  knownPosition[d] = positionInPostgres;
#endif
}

#ifdef NO_LINK_CHECK
#define IS_LINK_AS_KNOWN(d) true
#define IS_LINK_OWN(d, itsState, itsPosition, itsChunk) true
#else
#ifdef POSITION_IN_POSTGRES
#define IS_POSITION(p) true
#else
#define IS_POSITION(p) (position == (p))
#endif
#define IS_LINK_AS_KNOWN(d) (state == knownState[d] && IS_POSITION(knownPosition[d]) && attempt == knownAttempt[d] && chunk == knownChunk[d])
#define IS_LINK_OWN(d, itsState, itsPosition, itsChunk) (state == itsState && IS_POSITION(itsPosition) && attempt == ownAttempt[d] && chunk == itsChunk)
#endif

#ifdef CRASH
#define MAY_CRASH :: atomic { !isOver -> goto forget }
#else
#define MAY_CRASH
#endif

#ifdef NO_GENERATION
#define IS_OTHER_GENERATION(d, g) false
#else
#define IS_OTHER_GENERATION(d, g) ((g) == 0 || (g) != knownGeneration[d])
#endif

#define K_NOWHERE 0
#define K_FIRST 1
#define K_LAST 2

proctype Daemon(byte d) {
  byte upTo, seenGeneration, seenTimeline;
  byte where = K_NOWHERE;        /* which of the batch's two chunks holds K */
forget:                          /* within the step that got here, as if the chain were read at once */
  atomic { upTo = 0; seenGeneration = 0; seenTimeline = 0; where = K_NOWHERE; know(d) }

idle:
  if
  :: atomic { knownState[d] != APPLIED -> goto newChain }

  :: atomic {                    /* ChangeSource.read: rows, snapshot and generation by one statement */
       knownState[d] == APPLIED && (visible != knownPosition[d] || IS_OTHER_GENERATION(d, generation)) ->
       upTo = visible; seenGeneration = generation;
       if
       :: IS_OTHER_GENERATION(d, generation) || knownPosition[d] > upTo -> goto newChain
       :: else ->
            if
            :: LOGGED_SINCE(knownPosition[d]) != content[upTo] -> if :: where = K_FIRST :: where = K_LAST fi
            :: else
            fi
       fi
     }
#ifdef FAILOVER
  :: atomic {                    /* the same, of the old primary; what its rows say may be anything */
       isOldAlive && knownState[d] == APPLIED && (oldVisible != knownPosition[d] || oldGeneration != knownGeneration[d]) ->
       upTo = oldVisible; seenGeneration = oldGeneration;
       if
       :: IS_OTHER_GENERATION(d, oldGeneration) || knownPosition[d] > upTo -> goto newChain
       :: else -> if :: where = K_NOWHERE :: where = K_FIRST :: where = K_LAST fi
       fi
     }
#endif
#ifndef NO_BEAT
  :: atomic { !IS_LINK_AS_KNOWN(d) -> goto forget }   /* beat.lua; one that finds its link changes nothing here */
#endif
  fi;

  if
  :: atomic {
       if
       :: IS_LINK_AS_KNOWN(d) ->
            smallestUnused(ownAttempt[d], USED_ATTEMPTS);
            if :: where == K_FIRST -> clearKey() :: else fi;
            attempt = ownAttempt[d]; chunk = 0;
            checkRedis()
       :: else -> goto forget
       fi
     }
  MAY_CRASH
  fi;
  if
  :: atomic {
       if
       :: IS_LINK_OWN(d, APPLIED, knownPosition[d], 0) ->
            if :: where == K_LAST -> clearKey() :: else fi;
            position = upTo; chunk = 1;
#ifdef NO_LINK_CHECK
            attempt = ownAttempt[d];
#endif
#ifdef POSITION_IN_POSTGRES
            positionInPostgres = upTo;
#endif
            checkRedis();
            know(d); upTo = 0; seenGeneration = 0; where = K_NOWHERE;
            goto idle
       :: else -> goto forget
       fi
     }
  MAY_CRASH
  fi;

newChain:
#ifdef LOSS
  if                             /* history(), ensureGeneration() */
  :: atomic {
       upTo = 0; where = K_NOWHERE;
       if :: generation == 0 -> generations++; generation = generations :: else fi;
       seenGeneration = generation; seenTimeline = timeline
     }
#ifdef FAILOVER
  :: atomic {
       isOldAlive -> upTo = 0; where = K_NOWHERE; seenGeneration = oldGeneration; seenTimeline = timeline - 1;
       if
       :: knownState[d] != NO_CHAIN && knownTimeline[d] > seenTimeline -> goto forget   /* OldPrimaryException */
       :: else
       fi
     }
#endif
  MAY_CRASH
  fi;
  if                             /* look() */
  :: atomic { if :: generation == seenGeneration -> upTo = visible :: else -> goto forget fi }
#ifdef FAILOVER
  :: atomic { isOldAlive && oldGeneration == seenGeneration -> upTo = oldVisible }
#endif
  MAY_CRASH
  fi;
#else
  atomic { upTo = visible; seenGeneration = generation; seenTimeline = timeline };
#endif
  if                             /* the first link: sweeping, from this position, with a new epoch */
  :: atomic {
       if
       :: IS_LINK_AS_KNOWN(d) ->
            smallestUnused(ownAttempt[d], USED_ATTEMPTS);
            newEpoch();
            state = SWEEPING; position = upTo; attempt = ownAttempt[d]; chunk = 0;
            chainGeneration = seenGeneration; chainTimeline = seenTimeline;
            checkRedis()
       :: else -> goto forget
       fi
     }
  MAY_CRASH
  fi;
  if                             /* SCAN, on a connection that breaks when Redis goes back */
  :: scan[d] = (kind == NOTHING -> K_NOT_THERE : K_FOUND)
  MAY_CRASH
  fi;
  if
  :: atomic {
       if
       :: scan[d] != NO_SCAN && IS_LINK_OWN(d, SWEEPING, upTo, 0) ->
            if :: scan[d] == K_FOUND -> clearKey() :: else fi;
            scan[d] = K_NOT_THERE; chunk = 1;
            checkRedis()
       :: else -> goto forget
       fi
     }
  MAY_CRASH
  fi;
  if
  :: atomic {
       if
       :: scan[d] != NO_SCAN && IS_LINK_OWN(d, SWEEPING, upTo, 1) ->
            state = APPLIED; chunk = 2;
#ifdef POSITION_IN_POSTGRES
            positionInPostgres = upTo;
#endif
            checkRedis();
            know(d); upTo = 0; seenGeneration = 0; seenTimeline = 0;
            goto idle
       :: else -> goto forget
       fi
     }
  MAY_CRASH
  fi
}

/* ---- The loader: ReadThroughCache, with lease.lua and fill.lua ---- */

proctype Loader(byte l) {
  byte leaseGeneration, loaded, loadedGeneration;
  do
#ifdef PLAIN_SET
  :: atomic { HAS_CHAIN && !IS_USABLE -> loaded = NOW; loadedGeneration = generation; leaseGeneration = chainGeneration; leaseEpoch[l] = epoch };
     atomic {
       if
       :: leaseGeneration == loadedGeneration -> kind = VALUE; token = 0; value = loaded; valueEpoch = leaseEpoch[l]; checkRedis()
       :: else
       fi;
       leaseGeneration = 0; loaded = 0; loadedGeneration = 0; leaseEpoch[l] = 0
     }
#else
  :: atomic {
       HAS_CHAIN && kind != LEASE && !IS_USABLE ->
       smallestUnused(leaseToken[l], USED_TOKENS);
       leaseEpoch[l] = epoch; leaseGeneration = chainGeneration;
       kind = LEASE; token = leaseToken[l]; value = 0; valueEpoch = 0
     };
     if
     :: atomic { loaded = NOW; loadedGeneration = generation }
#ifdef FAILOVER
     :: atomic { isOldAlive -> loaded = oldContent; loadedGeneration = oldGeneration }
#endif
     fi;
     atomic {
       if
#ifdef FILL_OF_ANY_GENERATION
       :: kind == LEASE && token == leaseToken[l] ->
#else
       :: kind == LEASE && token == leaseToken[l] && leaseGeneration == loadedGeneration ->
#endif
            kind = VALUE; token = 0; value = loaded; valueEpoch = leaseEpoch[l]; checkRedis()
       :: else
       fi;
       leaseGeneration = 0; loaded = 0; loadedGeneration = 0; leaseToken[l] = 0; leaseEpoch[l] = 0
     }
#endif
  :: isOver -> break
  od
}

/* A lease that expires, or that its loader gives back. */
proctype Expiry() {
end:
  do
  :: atomic { kind == LEASE -> clearKey() }
  od
}

#ifdef READER
proctype Reader() {
  mtype seenKind;
  byte seen;
  do
#ifdef CHAIN_BEFORE_RECORD
  :: atomic { seenEpoch = epoch; seen = HAS_CHAIN; mustSee = (IS_PRESENT_HISTORY -> position : 0) };
     atomic {
       if
       :: kind == VALUE && seen && valueEpoch == seenEpoch -> assert(!IS_PRESENT_HISTORY || SAW(value, mustSee))
       :: else
       fi;
       seenEpoch = 0; seen = 0; mustSee = 0
     }
#else
  :: atomic { seenKind = kind; seen = value; seenEpoch = valueEpoch; mustSee = (IS_PRESENT_HISTORY -> position : 0) };
     atomic {
       if
       :: seenKind == VALUE && HAS_CHAIN && seenEpoch == epoch -> assert(!IS_PRESENT_HISTORY || SAW(seen, mustSee))
       :: else
       fi;
       seenKind = 0; seen = 0; seenEpoch = 0; mustSee = 0
     }
#endif
  :: isOver -> break
  od
}
#define FORGIVE mustSee = 0
#else
#define FORGIVE skip
#endif

/* ---- Faults ---- */

#ifdef GOES_BACK
inline save() {
  isSaved = true;
  savedKind = kind; savedToken = token; savedValue = value; savedValueEpoch = valueEpoch; savedState = state;
  savedPosition = position; savedAttempt = attempt; savedChunk = chunk; savedChainGeneration = chainGeneration;
  savedChainTimeline = chainTimeline; savedEpoch = epoch
}

inline breakScans() {
  scan[0] = NO_SCAN;
#if DAEMONS == 2
  scan[1] = NO_SCAN;
#endif
}

inline goBack() {
  kind = savedKind; token = savedToken; value = savedValue; valueEpoch = savedValueEpoch; state = savedState;
  position = savedPosition; attempt = savedAttempt; chunk = savedChunk; chainGeneration = savedChainGeneration;
  chainTimeline = savedChainTimeline; epoch = savedEpoch;
  forgetDeadEpochs();
  breakScans();
  FORGIVE;
  checkRedis()
}

inline forgetSaved() {
  isSaved = false;
  savedKind = 0; savedToken = 0; savedValue = 0; savedValueEpoch = 0; savedState = 0; savedPosition = 0; savedAttempt = 0;
  savedChunk = 0; savedChainGeneration = 0; savedChainTimeline = 0; savedEpoch = 0;
  forgetDeadEpochs()
}
#endif

inline loseChain() {
  state = NO_CHAIN; position = 0; attempt = 0; chunk = 0; chainGeneration = 0; chainTimeline = 0; epoch = 0;
  forgetDeadEpochs();
  FORGIVE
}

#ifdef LOSS
inline loseCommits() {
  do
  :: visible > keptVisible -> content[visible] = 0; visible--
  :: else -> break
  od;
  generation = 0; logged = visible; losses--; FORGIVE
}
#endif

proctype Faults() {
  do
#ifdef GOES_BACK
  :: atomic { !isSaved && MAY_RETURN -> save() }
  :: atomic { isSaved && MAY_RETURN -> HAS_RETURNED; goBack() }
  :: atomic { isSaved && MAY_RETURN -> HAS_RETURNED; goBack(); forgetSaved() }
#endif
#ifdef LOSES
  :: atomic { kind != NOTHING -> clearKey() }
  :: atomic { HAS_CHAIN -> loseChain() }
  :: atomic { HAS_CHAIN -> loseChain(); clearKey() }
#endif
#ifdef LOSS
  :: atomic { visible > keptVisible && losses > 0 -> keptVisible = visible }
  :: atomic { MAY_LOSE -> loseCommits() }
#endif
#ifdef FAILOVER
  :: atomic {
       losses > 0 && !isOldAlive ->
       isOldAlive = true; oldVisible = visible; oldContent = NOW; oldGeneration = generation;
       timeline++; loseCommits()
     }
  :: atomic { isOldAlive -> isOldAlive = false; oldVisible = 0; oldContent = 0; oldGeneration = 0 }
#endif
  :: atomic {
       isOver = true;
#ifdef GOES_BACK
       forgetSaved();
#ifdef RETURNS
       returns = 0;
#endif
#endif
#ifdef FAILOVER
       isOldAlive = false; oldVisible = 0; oldContent = 0; oldGeneration = 0;
#endif
#ifdef LOSS
       keptVisible = 0; losses = 0;
#endif
       break
     }
  od
}

init {
  byte i;
  atomic {
    run Writers();
    for (i : 0 .. DAEMONS - 1) { run Daemon(i) }
    for (i : 0 .. LOADERS - 1) { run Loader(i) }
    run Expiry();
    run Faults();
#ifdef READER
    run Reader();
#endif
    i = 0
  }
  timeout;                       /* at rest */
  assert(kind == NOTHING || (kind == VALUE && value == NOW));
#ifndef SABOTAGE
  assert(isOver && state == APPLIED && position == visible && chainGeneration == generation)
#endif
}
