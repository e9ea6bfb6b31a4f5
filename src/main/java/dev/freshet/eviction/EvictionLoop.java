package dev.freshet.eviction;

import dev.freshet.change.History;
import dev.freshet.change.Link;
import dev.freshet.change.PgSnapshot;
import dev.freshet.eviction.EvictionListener.NewChain;
import dev.freshet.lifecycle.Backoff;
import dev.freshet.lifecycle.ServerUnavailableException;
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

  /** How long the freshness lease lasts after the read that it speaks of began. */
  public static final Duration FRESHNESS = Duration.ofSeconds(2);

  private static final long SESSION_CHECK_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long TURN_WAIT_MS = 500;
  private static final long TAKE_OVER_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long NAP_MS_MIN = 2;
  private static final long NAP_MS_MAX = 50;

  /** How writers wake the daemon. */
  public enum Mode {
    /** Writers ring only while the daemon sleeps. */
    DOORBELL,
    /** Writers always ring. */
    NOTIFY,
    /** Writers never ring. */
    POLL
  }

  /**
   * What the loop needs to know.
   *
   * @param chainName the name of the chain in Postgres, for leadership
   * @param mode how writers wake the daemon
   * @param pollEvery how often the change log is looked into without a ring
   * @param beatEvery how often the freshness lease is renewed; at most half of it
   * @param adopt whether a chain of another database may be taken over
   */
  public record Settings(
      String chainName, Mode mode, Duration pollEvery, Duration beatEvery, boolean adopt) {
    /** With a safety poll each second and two beats a second. */
    public static Settings of(String chainName, Mode mode, boolean adopt) {
      return new Settings(chainName, mode, Duration.ofSeconds(1), Duration.ofMillis(500), adopt);
    }
  }

  /**
   * What the loop is doing.
   *
   * @param phase what it is doing
   * @param detail why, if it is not active; else the views that are not migrated, if any
   * @param position how far the change log has been applied, once known
   */
  public record Status(Phase phase, String detail, Optional<PgSnapshot> position) {
    /** Whether changes are being applied and every view is as configured. */
    public boolean isReady() {
      return phase == Phase.ACTIVE && detail.isEmpty();
    }
  }

  /** What the loop can be doing. */
  public enum Phase {
    STARTING,
    ACTIVE,
    /** Another daemon leads this chain. */
    STANDBY,
    /** Something failed and is tried again. */
    RETRYING,
    STOPPED
  }

  private final ChangeSource source;
  private final Chain chain;
  private final Doorbell doorbell;
  private final EvictionListener listener;
  private final List<FeatureView> views;
  private final Settings settings;
  private final LongSupplier nanoTime;
  private final Evictor evictor;
  private final Backoff backoff;

  private volatile boolean isStopping;
  private volatile Status status = new Status(Phase.STARTING, "starting", Optional.empty());

  // Confined to the loop's thread.
  private @Nullable WatchRules rules;
  private Chain.@Nullable State state;
  private boolean isLeading;
  private boolean hasTakenOver;
  private boolean isAsleep;
  private long napMs = NAP_MS_MIN;
  private long lastReadNanos;
  private long lastBeatNanos;
  private long lastCheckNanos;
  private long caughtUpRedisMs;
  private @Nullable String standbySawLink;
  private long standbySawNanos;

  public EvictionLoop(
      ChangeSource source,
      KeyResolver resolver,
      Chain chain,
      Doorbell doorbell,
      EvictionListener listener,
      List<FeatureView> views,
      Settings settings,
      RandomGenerator random,
      LongSupplier nanoTime) {
    this.source = source;
    this.chain = chain;
    this.doorbell = doorbell;
    this.listener = listener;
    this.views = List.copyOf(views);
    this.settings = settings;
    this.nanoTime = nanoTime;
    this.evictor = new Evictor(chain, resolver, listener, random, nanoTime);
    this.backoff = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(2), random);
  }

  /** What the loop is doing now. */
  public Status status() {
    return status;
  }

  /** Makes {@link #run} return after the step at hand. */
  public void stop() {
    isStopping = true;
    doorbell.interrupt();
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
        hasTakenOver = false;
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
    status = new Status(Phase.STOPPED, "stopped", status.position());
  }

  private void recoverFrom(RuntimeException e) {
    boolean isOutage = e instanceof ServerUnavailableException;
    listener.failed(
        e instanceof ServerUnavailableException outage
            ? outage.server().toString().toLowerCase(java.util.Locale.ROOT) + "_away"
            : "eviction");
    long waitMs = backoff.nextMs();
    if (status.phase() != Phase.RETRYING || !status.detail().equals(e.getMessage())) {
      if (isOutage || e instanceof UnknownWatchException) {
        log.warn("eviction stopped, trying again: {}", e.getMessage());
      } else {
        log.error("eviction stopped, trying again", e);
      }
    }
    status = new Status(Phase.RETRYING, String.valueOf(e.getMessage()), status.position());
    forget();
    try {
      doorbell.awaitRing(Duration.ofMillis(waitMs));
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
      isLeading = false;
      hasTakenOver = false;
      isAsleep = false;
      doorbell.open();
      forget();
    }
    if (!isLeading) {
      isLeading = doorbell.tryToLead(settings.chainName());
    }
    hasTakenOver = !isLeading && (hasTakenOver || leaderIsSilent());
    if (isLeading || hasTakenOver) {
      return true;
    }
    status = new Status(Phase.STANDBY, "another daemon leads this chain", status.position());
    doorbell.awaitRing(Duration.ofMillis(TURN_WAIT_MS));
    return false;
  }

  /** Leadership only saves work: whoever holds it and does nothing is not waited for. */
  private boolean leaderIsSilent() {
    Chain.State seen = chain.read();
    long now = nanoTime.getAsLong();
    if (seen.isFresh() || !seen.link().equals(standbySawLink)) {
      standbySawLink = seen.link();
      standbySawNanos = now;
    }
    return now - standbySawNanos > TAKE_OVER_NANOS;
  }

  private void step() throws InterruptedException {
    if (runOnce()) {
      napMs = NAP_MS_MIN;
      if (isAsleep) {
        doorbell.wakeUp();
        isAsleep = false;
      }
    } else if (settings.mode() == Mode.DOORBELL && !isAsleep) {
      isAsleep = doorbell.tryToSleep();
      if (!isAsleep) {
        nap();
      }
    } else if (settings.mode() == Mode.POLL) {
      nap();
      listener.polled();
    } else {
      waitForRing();
    }
  }

  private void nap() throws InterruptedException {
    checkSessionIfDue();
    doorbell.awaitRing(Duration.ofMillis(napMs));
    napMs = Math.min(NAP_MS_MAX, napMs * 2);
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
    if (rules == null) {
      rules = source.watchRules();
    }
    if (state == null) {
      state = chain.read();
    }
    Chain.State before = state;
    WatchRules known = rules;
    Optional<Link> link = wholeLink(before);
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
    status =
        new Status(
            Phase.ACTIVE,
            known.unmigrated().isEmpty()
                ? ""
                : "not migrated as configured: "
                    + String.join(", ", known.unmigrated())
                    + "; run freshet migrate",
            wholeLink(state).map(Link::position));
    return didSomething;
  }

  private boolean readAndApply(Chain.State before, WatchRules known, PgSnapshot since) {
    lastReadNanos = nanoTime.getAsLong();
    try (ChangeSource.Batch batch = source.read(since)) {
      Optional<NewChain> why = reasonForNewChain(before, batch.reading(), since);
      if (why.isPresent()) {
        startChain(before, known, why.get());
        return true;
      }
      List<FeatureView> outdated = outdatedViews(before, known);
      boolean hasChanges = batch.changes().hasNext();
      if (hasChanges || !outdated.isEmpty()) {
        state = evictor.apply(before, since, batch, known, outdated);
      }
      if (!batch.isCut()) {
        caughtUpRedisMs = before.redisTimeMs();
        listener.backlog(Duration.ZERO, 0);
      }
      return hasChanges || batch.isCut();
    }
  }

  /** The link, if all of the chain's fields are there. */
  private Optional<Link> wholeLink(Chain.State seen) {
    boolean isWhole =
        seen.fields().containsKey(Chain.Field.GENERATION)
            && seen.fields().containsKey(Chain.Field.HISTORY);
    try {
      return isWhole && !seen.link().isEmpty()
          ? Optional.of(Link.parse(seen.link()))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // what cannot be understood says nothing about what was applied
    }
  }

  private static Optional<NewChain> reasonForNewChain(
      Chain.State seen, ChangeSource.Reading reading, PgSnapshot since) {
    String generation = seen.fields().get(Chain.Field.GENERATION);
    if (reading.generation().isEmpty() || !reading.generation().get().equals(generation)) {
      return Optional.of(NewChain.OTHER_GENERATION);
    } else if (since.xmax() > reading.snapshot().xmax()) {
      return Optional.of(NewChain.FOREIGN);
    } else if (!since.seesAllOf(reading.floor())) {
      return Optional.of(NewChain.TOO_OLD);
    }
    return Optional.empty();
  }

  /** The views that must be swept because the chain has another definition of them, or none. */
  private List<FeatureView> outdatedViews(Chain.State seen, WatchRules known) {
    return views.stream()
        .filter(view -> !known.unmigrated().contains(view.name()))
        .filter(
            view ->
                !view.definitionHash()
                        .equals(seen.fields().get(Chain.Field.definition(view.name())))
                    || !seen.fields().containsKey(Chain.Field.epoch(view.name())))
        .toList();
  }

  private void startChain(Chain.State before, WatchRules known, NewChain why) {
    History history = source.history();
    NewChain reason = checkHistory(before, history, why);
    String generation = source.ensureGeneration();
    ChangeSource.Reading reading = source.look();
    if (!reading.generation().equals(Optional.of(generation))) {
      throw new IllegalStateException(
          "the database's generation changed while a chain was being started");
    }
    log.info("new chain reason={} position={} history={}", reason, reading.snapshot(), history);
    listener.newChain(reason);
    state =
        evictor.startAnew(
            before, reading.snapshot(), history, generation, views, known.unmigrated());
    caughtUpRedisMs = 0;
  }

  private NewChain checkHistory(Chain.State before, History history, NewChain why) {
    String stored = before.fields().get(Chain.Field.HISTORY);
    if (stored == null) {
      return why;
    }
    History old;
    try {
      old = History.parse(stored);
    } catch (IllegalArgumentException e) {
      return why; // what cannot be understood names no other database
    }
    if (!old.isSameDatabase(history)) {
      if (!settings.adopt()) {
        throw new OtherDatabaseException(old, history);
      }
      return NewChain.ADOPTED;
    }
    if (history.timeline() < old.timeline()) {
      throw new OldPrimaryException(old, history);
    }
    return why;
  }

  private void beatIfDue() {
    long now = nanoTime.getAsLong();
    Chain.State held = state;
    if (held == null
        || caughtUpRedisMs == 0
        || now - lastBeatNanos < settings.beatEvery().toNanos()) {
      return;
    }
    Chain.Reply reply = chain.beat(held.link(), caughtUpRedisMs + FRESHNESS.toMillis());
    if (!reply.isAccepted()) {
      throw new LinkLostException(held.link());
    }
    state = held.at(reply.redisTimeMs());
    lastBeatNanos = now;
    listener.beat();
  }
}
