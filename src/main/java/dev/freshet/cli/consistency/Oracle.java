package dev.freshet.cli.consistency;

import dev.freshet.cli.consistency.KeyHistory.Entry;
import dev.freshet.cli.consistency.Violation.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Knows what every key held when, and judges reads as they come (see the package).
 *
 * <p>Keys are numbered from 1. For use by many threads; commits of the same key must be told one
 * after the other. Time is {@link System#nanoTime}. What is kept does not grow with the number of
 * reads.
 */
final class Oracle {
  /** The version of a row that is not there. */
  static final long ABSENT = 0;

  /** A read that is stale by more than this is a violation. */
  static final Duration BOUND = Duration.ofSeconds(2);

  /** For what further bounds stale reads are counted, for information. */
  private static final List<Duration> COUNTED =
      List.of(Duration.ZERO, Duration.ofMillis(100), BOUND);

  /** Longer than any read takes, with all its deadlines. */
  private static final long KEEP_NANOS = TimeUnit.MINUTES.toNanos(2);

  private static final int ASIDE_MAX = 2_000_000;

  private final long originNanos;
  private final KeyHistory[] keys;
  private final Violations violations;
  private final BitSet committedVersions = new BitSet();
  private final Tally tally = new Tally();
  private final Tally flagged = new Tally();
  private final LongAdder hits = new LongAdder();
  private long lastVersion;

  private final List<Observation> aside = new ArrayList<>();
  private volatile boolean isUnsettled;
  private long unsettledSinceNanos;
  private long undecided;
  private long lostCommits;

  /** How reads were judged. */
  private static final class Tally {
    private final LongAdder reads = new LongAdder();
    private final LongAdder phantoms = new LongAdder();
    private final LongAdder[] staleBeyond =
        COUNTED.stream().map(bound -> new LongAdder()).toArray(LongAdder[]::new);
    private long oldestNanos;

    void stale(long ageNanos) {
      for (int i = 0; i < staleBeyond.length; i++) {
        if (ageNanos > COUNTED.get(i).toNanos()) {
          staleBeyond[i].increment();
        }
      }
      synchronized (this) {
        oldestNanos = Math.max(oldestNanos, ageNanos);
      }
    }

    Map<String, Object> toMap() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("reads", reads.sum());
      for (int i = 0; i < staleBeyond.length; i++) {
        map.put("staleByMoreThan" + COUNTED.get(i).toMillis() + "Ms", staleBeyond[i].sum());
      }
      synchronized (this) {
        map.put("stalestMs", Math.round(oldestNanos / 1e4) / 100.0);
      }
      map.put("phantoms", phantoms.sum());
      return map;
    }
  }

  /** A transaction whose COMMIT is about to be sent; until its outcome is told it is unknown. */
  final class Commit {
    private final Map<Integer, Long> effects;
    private final Map<Integer, Entry> entries = new LinkedHashMap<>();

    private Commit(Map<Integer, Long> effects, long sentNanos) {
      this.effects = effects;
      effects.forEach((key, version) -> entries.put(key, history(key).add(version, sentNanos)));
    }

    /** It is committed, as is known since now. */
    void committed(long nowNanos) {
      synchronized (committedVersions) {
        effects.values().forEach(version -> committedVersions.set(Math.toIntExact(version)));
      }
      entries.forEach((key, entry) -> history(key).committed(entry, nowNanos));
    }

    /** It never will be. */
    void aborted() {
      entries.forEach(
          (key, entry) -> {
            int reads = history(key).aborted(entry);
            Observation first = KeyHistory.firstReadOf(entry);
            for (int i = 0; i < reads && first != null; i++) {
              phantom(first, "whose transaction turned out not to be committed");
            }
          });
    }
  }

  /**
   * An oracle for keys that all have version 1.
   *
   * @param keyCount how many there are
   */
  Oracle(int keyCount, Violations violations, long nowNanos) {
    this.originNanos = nowNanos;
    this.violations = violations;
    this.lastVersion = 1;
    this.keys = new KeyHistory[keyCount + 1];
    committedVersions.set(1);
    committedVersions.set((int) ABSENT);
    for (int key = 1; key <= keyCount; key++) {
      keys[key] = new KeyHistory(KEEP_NANOS, 1, nowNanos);
    }
  }

  private KeyHistory history(int key) {
    return Objects.requireNonNull(keys[key]);
  }

  int keyCount() {
    return keys.length - 1;
  }

  /** A version that no row has had. */
  synchronized long newVersion() {
    return ++lastVersion;
  }

  /** The version that a key has by the last commit that is known. */
  long current(int key) {
    return history(key).current();
  }

  /**
   * A COMMIT is about to be sent.
   *
   * @param effects the version that each changed key gets
   */
  Commit begin(Map<Integer, Long> effects, long nowNanos) {
    return new Commit(Map.copyOf(effects), nowNanos);
  }

  /** Judges a read. */
  void check(Observation read) {
    (read.isFlagged() ? flagged : tally).reads.increment();
    if (read.isHit()) {
      hits.increment();
    }
    if (ageOf(read) != 0 && !(isUnsettled && isPutAside(read))) {
      judge(read);
    }
  }

  private long ageOf(Observation read) {
    return read.key() < 1 || read.key() > keyCount()
        ? KeyHistory.NOT_FOUND
        : history(read.key()).ageOf(read);
  }

  private boolean isPutAside(Observation read) {
    synchronized (aside) {
      if (!isUnsettled) {
        return false;
      }
      if (aside.size() < ASIDE_MAX) {
        aside.add(read);
      } else {
        undecided++;
      }
      return true;
    }
  }

  /** Looks anew: since the read first looked wrong, the history may have been settled. */
  private void judge(Observation read) {
    long age = ageOf(read);
    if (age == 0) {
      return;
    }
    if (age == KeyHistory.NOT_FOUND) {
      if (isCommitted(read.version())) {
        stale(read, KEEP_NANOS);
      } else {
        phantom(read, "that nobody committed");
      }
    } else if (age > BOUND.toNanos() && history(read.key()).isLost(read.version())) {
      phantom(read, "whose commit was lost " + ms(age) + " before");
    } else {
      stale(read, age);
    }
  }

  private boolean isCommitted(long version) {
    synchronized (committedVersions) {
      return version >= 0 && version <= lastVersion && committedVersions.get((int) version);
    }
  }

  private void stale(Observation read, long age) {
    (read.isFlagged() ? flagged : tally).stale(age);
    if (age > BOUND.toNanos() && !read.isFlagged()) {
      report(Kind.STALE, read, "which had been replaced " + ms(age) + " before");
    }
  }

  private void phantom(Observation read, String why) {
    (read.isFlagged() ? flagged : tally).phantoms.increment();
    if (!read.isFlagged()) {
      report(Kind.PHANTOM, read, why);
    }
  }

  private void report(Kind kind, Observation read, String why) {
    violations.add(
        kind,
        () ->
            "key %d: a read from %s, begun at %s and answered at %s, returned %s, %s"
                .formatted(
                    read.key(),
                    read.isHit() ? "Redis" : "Postgres",
                    ms(read.startNanos() - originNanos),
                    ms(read.endNanos() - originNanos),
                    read.version() == ABSENT ? "absent" : "version " + read.version(),
                    why),
        () -> describe(read.key()));
  }

  private static String ms(long nanos) {
    return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
  }

  /** The latest versions of a key, for people. */
  List<String> describe(int key) {
    return key < 1 || key > keyCount() ? List.of() : history(key).describe(originNanos);
  }

  /** Commits may be lost from now on: what looks wrong is put aside. */
  void unsettle(long nowNanos) {
    synchronized (aside) {
      if (!isUnsettled) {
        unsettledSinceNanos = nowNanos;
        isUnsettled = true;
      }
    }
  }

  /**
   * All rows were read while nobody wrote: judges what was put aside.
   *
   * @param survivors the version of each key that has a row
   * @return how many keys went back
   */
  int settle(Map<Integer, Long> survivors, long nowNanos) {
    int wentBack = 0;
    for (int key = 1; key <= keyCount(); key++) {
      long survivor = survivors.getOrDefault(key, ABSENT);
      if (history(key).current() != survivor) {
        wentBack++;
        forgetCommits(history(key).wentBackTo(survivor, unsettledSinceNanos, nowNanos));
      }
    }
    List<Observation> toJudge;
    synchronized (aside) {
      isUnsettled = false;
      toJudge = List.copyOf(aside);
      aside.clear();
    }
    toJudge.forEach(this::judge);
    return wentBack;
  }

  private void forgetCommits(List<Long> versions) {
    synchronized (committedVersions) {
      lostCommits += versions.size();
      versions.stream()
          .filter(version -> version != ABSENT)
          .forEach(version -> committedVersions.clear(Math.toIntExact(version)));
    }
  }

  /** How many reads were judged. */
  long reads() {
    return tally.reads.sum() + flagged.reads.sum();
  }

  /** How many reads could not be judged, because too many looked wrong at once. */
  long undecided() {
    synchronized (aside) {
      return undecided;
    }
  }

  /** The counts for programs. */
  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("reads", reads());
    map.put("hits", hits.sum());
    map.put("asFresh", tally.toMap());
    map.put("saidToBeBehind", flagged.toMap());
    map.put("undecided", undecided());
    synchronized (committedVersions) {
      map.put("versionsLostByPostgres", lostCommits);
    }
    return map;
  }
}
