package dev.freshet.eviction;

import dev.freshet.change.History;
import dev.freshet.change.Link;
import dev.freshet.change.PgSnapshot;
import dev.freshet.eviction.EvictionListener.NewChain;
import dev.freshet.eviction.LoopStatus.Phase;
import dev.freshet.lifecycle.Backoff;
import dev.freshet.lifecycle.ServerUnavailableException.Server;
import dev.freshet.view.FeatureView;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon's one loop: wait, read, apply, beat; and wait longer when something is broken.
 *
 * <p>All state of the loop is confined to the thread that runs it. {@link #status()} and {@link
 * #stop()} may be called from any thread.
 *
 * <p>The order that keeps wake-ups (see {@link Doorbell}): a drain that finds nothing; then the
 * sleep lock; then one more drain; only then a wait without looking. The order that keeps the
 * freshness lease honest: Redis' clock is read before the change log is, so the lease never claims
 * more than the read saw.
 */
public final class EvictionLoop implements Runnable {
  private static final Logger log = LoggerFactory.getLogger("freshet.eviction");

  private static final long SESSION_CHECK_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long RULES_AGE_NANOS_MAX = TimeUnit.SECONDS.toNanos(2);
  private static final long TURN_WAIT_MS = 500;

  private final ChangeSource source;
  private final Chain chain;
  private final Doorbell doorbell;
  private final EvictionListener listener;
  private final List<FeatureView> views;
  private final LoopSettings settings;
  private final LongSupplier nanoTime;
  private final ServerCalls calls;
  private final Evictor evictor;
  private final Leadership leadership;
  private final Backoff backoff;

  private volatile boolean isStopping;
  private volatile LoopStatus status = LoopStatus.STARTING;

  // Confined to the loop's thread.
  private final Pace pace = new Pace();
  private @Nullable WatchRules rules;
  private Chain.@Nullable State state;
  private String toldIsWrong = "";
  private boolean isAsleep;
  private long rulesReadNanos;
  private long lastReadNanos;
  private long lastBeatNanos;
  private long lastCheckNanos;
  private long changesApplied;
  private long caughtUpRedisMs;
  private long caughtUpNanos;

  public EvictionLoop(
      ChangeSource source,
      KeyResolver resolver,
      Refresher refresher,
      Chain chain,
      Doorbell doorbell,
      EvictionListener listener,
      List<FeatureView> views,
      LoopSettings settings,
      RandomGenerator random,
      LongSupplier nanoTime) {
    this.source = source;
    this.chain = chain;
    this.doorbell = doorbell;
    this.listener = listener;
    this.views = List.copyOf(views);
    this.settings = settings;
    this.nanoTime = nanoTime;
    this.caughtUpNanos = nanoTime.getAsLong();
    this.calls = new ServerCalls(listener, nanoTime);
    this.evictor = new Evictor(source, chain, resolver, refresher, listener, random, nanoTime);
    this.leadership = new Leadership(doorbell, chain, settings.chainName(), nanoTime);
    this.backoff = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(2), random);
  }

  /** What the loop is doing now. */
  public LoopStatus status() {
    return status;
  }

  /** Makes {@link #run} return after the step at hand. */
  public void stop() {
    isStopping = true;
    doorbell.interrupt();
  }

  /**
   * Compares the chain in Redis with the database, before the loop is run.
   *
   * @throws OtherDatabaseException if the chain is another database's and that was not said to be
   *     on purpose
   * @throws dev.freshet.lifecycle.ServerUnavailableException if one of them does not answer
   */
  public void checkHistory() {
    try {
      ChainCheck.checkHistory(chain.read(), source.history(), NewChain.NO_LINK, settings.adopt());
    } catch (OldPrimaryException e) {
      log.warn("{}", e.getMessage()); // the loop steps down until this server is the primary
    }
  }

  /** Runs until {@link #stop()}, whatever fails meanwhile. */
  @Override
  public void run() {
    while (!isStopping) {
      try {
        if (takesPart()) {
          step();
          backoff.reset();
        }
      } catch (LinkLostException e) {
        listener.linkLost();
        leadership.linkWasLost();
        log.info("{}; going on from the one that is there", e.getMessage());
        forget();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        isStopping = true;
      } catch (RuntimeException e) {
        recoverFrom(e);
      }
    }
    doorbell.close();
    status = status.in(Phase.STOPPED, "stopped");
  }

  private void recoverFrom(RuntimeException e) {
    listener.failed(LoopFailure.kindOf(e));
    listener.backlog(Duration.ofNanos(nanoTime.getAsLong() - caughtUpNanos), 0);
    String reason = String.valueOf(e.getMessage());
    boolean isNews = status.phase() != Phase.RETRYING || !status.detail().equals(reason);
    if (isNews && LoopFailure.isForeseen(e)) {
      log.warn("eviction stopped, trying again: {}", reason);
    } else if (isNews) {
      log.error("eviction stopped, trying again", e);
    }
    status = status.in(Phase.RETRYING, reason);
    forget();
    try {
      doorbell.awaitRing(Duration.ofMillis(backoff.nextMs()));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      isStopping = true;
    }
  }

  /** Forgets what may no longer be true of Redis and of the database. */
  private void forget() {
    state = null;
    rules = null;
    caughtUpRedisMs = 0;
  }

  /** Whether this daemon is the active one; waits for its turn if not. */
  private boolean takesPart() throws InterruptedException {
    if (!doorbell.isOpen()) {
      isAsleep = false;
      doorbell.open();
      leadership.sessionBegan();
      forget();
    }
    if (leadership.isOurs()) {
      return true;
    }
    status = status.in(Phase.STANDBY, "another daemon leads this chain");
    doorbell.awaitRing(Duration.ofMillis(TURN_WAIT_MS));
    return false;
  }

  private void step() throws InterruptedException {
    if (runOnce()) {
      if (isAsleep) {
        doorbell.wakeUp();
        isAsleep = false;
      }
      long gatherMs = pace.afterChangesMs(caughtUpNanos == lastReadNanos, changesApplied);
      if (gatherMs > 0) {
        doorbell.awaitRing(Duration.ofMillis(gatherMs));
      }
      return;
    }
    pace.foundNothing();
    if (settings.mode() == RingMode.DOORBELL && !isAsleep) {
      isAsleep = doorbell.tryToSleep();
      if (!isAsleep) {
        nap();
      }
    } else if (settings.mode() == RingMode.POLL) {
      nap();
      listener.polled();
    } else {
      waitForRing();
    }
  }

  private void nap() throws InterruptedException {
    checkSessionIfDue();
    doorbell.awaitRing(Duration.ofMillis(pace.napMs()));
  }

  private void waitForRing() throws InterruptedException {
    while (!isStopping) {
      long now = nanoTime.getAsLong();
      long untilPoll = settings.pollEvery().toNanos() - (now - lastReadNanos);
      long untilBeat = settings.beatEvery().toNanos() - (now - lastBeatNanos);
      if (untilPoll <= 0) {
        listener.polled();
        return;
      }
      if (untilBeat <= 0) {
        beatIfDue();
        checkSessionIfDue();
        continue;
      }
      if (doorbell.awaitRing(Duration.ofNanos(Math.min(untilPoll, untilBeat)))) {
        listener.rang();
        return;
      }
    }
  }

  private void checkSessionIfDue() {
    long now = nanoTime.getAsLong();
    if (now - lastCheckNanos >= SESSION_CHECK_NANOS) {
      lastCheckNanos = now;
      doorbell.check();
    }
  }

  /**
   * Reads the change log once, applies what it finds, and beats if a beat is due.
   *
   * @return whether there was something to do, so that it is worth looking again at once
   */
  public boolean runOnce() {
    Chain.State before = freshState();
    state = before;
    WatchRules known = freshRules();
    Optional<Link> link = ChainCheck.wholeLink(before);
    boolean didSomething;
    if (link.isEmpty()) {
      startChain(before, known, NewChain.NO_LINK);
      didSomething = true;
    } else if (link.get().isSweeping()) {
      startChain(before, known, NewChain.SWEEP_CUT_SHORT);
      didSomething = true;
    } else {
      didSomething = readAndApply(before, known, link.get().position());
    }
    beatIfDue();
    leadership.linkWasConfirmed(state.link());
    boolean isLogFull = Overflow.isFullTo(state);
    listener.changeLogFull(isLogFull);
    String wrong = known.whileLogIsFull(isLogFull).whatIsWrong();
    tell(wrong);
    status = new LoopStatus(Phase.ACTIVE, wrong, ChainCheck.wholeLink(state).map(Link::position));
    return didSomething;
  }

  private void tell(String wrong) {
    if (wrong.equals(toldIsWrong)) {
      return;
    }
    if (wrong.isEmpty()) {
      log.info("all views are ready again");
    } else {
      log.warn("not ready: {}", wrong);
    }
    toldIsWrong = wrong;
  }

  /** Read again every few seconds: a beat compares the link, and no other field. */
  private Chain.State freshState() {
    Chain.State known = state;
    if (known != null && rules != null && !areRulesOld()) {
      return known;
    }
    Chain.State seen = chain.read();
    if (known != null && !known.link().equals(seen.link())) {
      throw new LinkLostException(known.link());
    }
    return seen;
  }

  private boolean areRulesOld() {
    return nanoTime.getAsLong() - rulesReadNanos > RULES_AGE_NANOS_MAX;
  }

  /** Read again every few seconds: what fires no trigger shows in the shape of the tables only. */
  private WatchRules freshRules() {
    WatchRules known = rules;
    if (known == null || areRulesOld()) {
      rulesReadNanos = nanoTime.getAsLong();
      known = source.watchRules();
      rules = known;
    }
    return known;
  }

  private boolean readAndApply(Chain.State before, WatchRules freshlyRead, PgSnapshot since) {
    lastReadNanos = nanoTime.getAsLong();
    try (ChangeSource.Batch batch = calls.time(Server.POSTGRES, () -> source.read(since))) {
      Optional<NewChain> why =
          ChainCheck.reasonForNewChain(before, batch.reading(), since)
              .or(() -> reasonOfOverflow(before, batch.reading().overflow()));
      if (why.isPresent()) {
        startChain(before, freshlyRead, why.get());
        return true;
      }
      WatchRules known = freshlyRead.whileLogIsFull(Overflow.isFullTo(before));
      List<FeatureView> outdated = ChainCheck.outdatedViews(views, before, known);
      boolean hasChanges = batch.changes().hasNext();
      if (hasChanges || !outdated.isEmpty()) {
        Evictor.Applied applied = evictor.apply(before, since, batch, known, outdated);
        state = applied.state();
        changesApplied = applied.changes();
        if (!ChainCheck.outdatedViews(views, state, known).isEmpty()) {
          rules = null; // a sweep has met other shapes than are known here
        }
      }
      if (!batch.isCut()) {
        caughtUpRedisMs = before.redisTimeMs();
        caughtUpNanos = lastReadNanos;
        listener.backlog(Duration.ZERO, 0);
      }
      return hasChanges || batch.isCut();
    }
  }

  private Optional<NewChain> reasonOfOverflow(Chain.State before, Overflow seen) {
    return seen.isKnownTo(before) || settled(seen).isKnownTo(before)
        ? Optional.empty()
        : Optional.of(NewChain.OVERFLOW);
  }

  /**
   * The log counts as full until all have ended whose rows it lacks: what they changed is evicted
   * by the sweeps of a chain that begins afterwards.
   */
  private Overflow settled(Overflow seen) {
    return seen.isFull() || source.haveUnloggedWritersEnded() ? seen : Overflow.IS_FULL;
  }

  private void startChain(Chain.State before, WatchRules known, NewChain why) {
    History history = source.history();
    NewChain reason = ChainCheck.checkHistory(before, history, why, settings.adopt());
    String generation = source.ensureGeneration();
    ChangeSource.Reading reading = source.look();
    if (!reading.generation().equals(Optional.of(generation))) {
      throw new IllegalStateException(
          "the database's generation changed while a chain was being started");
    }
    boolean isLogFull = settled(reading.overflow()).isFull();
    log.info("new chain reason={} position={} history={}", reason, reading.snapshot(), history);
    listener.newChain(reason);
    state =
        evictor.startAnew(
            before, reading, history, generation, views, known.whileLogIsFull(isLogFull));
    caughtUpRedisMs = 0;
  }

  private void beatIfDue() {
    long now = nanoTime.getAsLong();
    Chain.State held = state;
    if (held == null
        || caughtUpRedisMs == 0
        || now - lastBeatNanos < settings.beatEvery().toNanos()) {
      return;
    }
    Chain.Reply reply =
        chain.beat(held.link(), caughtUpRedisMs + LoopSettings.FRESHNESS.toMillis());
    if (!reply.isAccepted()) {
      throw new LinkLostException(held.link());
    }
    state = held.at(reply.redisTimeMs());
    lastBeatNanos = now;
    listener.beat();
  }
}
