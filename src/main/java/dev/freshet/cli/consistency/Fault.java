package dev.freshet.cli.consistency;

import dev.freshet.cli.bench.BenchFailedException;
import java.time.Duration;
import java.util.Optional;

/**
 * Something that can go wrong, and be put right again.
 *
 * @param name as it is chosen on the command line
 * @param how it is provoked
 * @param target what it concerns: two faults of one target are not in force at once
 * @param clock from when on the recovery is counted
 * @param bound how long the recovery may take; empty if nothing is promised
 * @param preparation what must be there before it can happen
 * @param injection makes it happen
 */
record Fault(
    String name,
    String how,
    Target target,
    Clock clock,
    Optional<Duration> bound,
    Preparation preparation,
    Injection injection) {

  /** What a fault concerns. */
  enum Target {
    DAEMON,
    POSTGRES,
    REDIS
  }

  /** From when on the recovery is counted, and when the fault is healed. */
  enum Clock {
    /** Healed at once, counted from the injection. */
    SINCE_INJECTION,
    /** Counted from the injection; healed only when Freshet has recovered by itself. */
    UNAIDED,
    /** The same, where it is the loaders that recover: until none of their calls fails. */
    LOADERS_UNAIDED,
    /** Healed after a while, counted from then on. */
    SINCE_HEALING
  }

  /** Gets ready, while nothing is wrong yet. */
  interface Preparation {
    void prepare(Site site) throws InterruptedException;
  }

  /** Makes a fault happen. */
  interface Injection {
    /**
     * Makes it happen, and returns how to put it right.
     *
     * @throws BenchFailedException if it did not happen
     */
    Healing inject(Site site) throws InterruptedException;
  }

  /** Puts a fault right. */
  interface Healing {
    /**
     * Puts it right.
     *
     * @return what shows that the fault happened
     * @throws BenchFailedException if it turns out not to have happened
     */
    String heal() throws InterruptedException;
  }

  private static final Preparation NOTHING = site -> {};

  static Fault healed(String name, String how, Target target, Injection injection) {
    return new Fault(name, how, target, Clock.SINCE_HEALING, Optional.empty(), NOTHING, injection);
  }

  Fault within(Duration longest) {
    return new Fault(name, how, target, clock, Optional.of(longest), preparation, injection);
  }

  Fault counted(Clock from) {
    return new Fault(name, how, target, from, bound, preparation, injection);
  }

  Fault after(Preparation needed) {
    return new Fault(name, how, target, clock, bound, needed, injection);
  }

  /** Whether it can only happen while all else works. */
  boolean needsAllElse() {
    return name.endsWith("-on-old-primary");
  }

  /**
   * Goes on only if a fault has happened.
   *
   * @throws BenchFailedException if it has not
   */
  static void require(boolean hasHappened, String what) {
    if (!hasHappened) {
      throw new BenchFailedException("the fault did not happen: " + what);
    }
  }
}
