package dev.freshet.cli.consistency;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The versions that one key had of late, in the order of their commits.
 *
 * <p>Forgets a version when it was replaced longer ago than any read lasts.
 */
final class KeyHistory {
  /** {@link #ageOf}: the version was never this key's, or is forgotten. */
  static final long NOT_FOUND = -1;

  private static final int SHOWN_MAX = 8;

  /** One version, from the moment its commit was sent. */
  static final class Entry {
    private final long version;
    private final long sentNanos;
    private long knownNanos;
    private boolean isCommitted;
    private boolean isLost;
    private int readsBefore;
    private @Nullable Observation firstRead;

    private Entry(long version, long sentNanos) {
      this.version = version;
      this.sentNanos = sentNanos;
    }
  }

  private final long keepNanos;
  private final List<Entry> entries = new ArrayList<>();

  /**
   * @param keepNanos how long a version that was replaced is remembered
   */
  KeyHistory(long keepNanos, long firstVersion, long nowNanos) {
    this.keepNanos = keepNanos;
    Entry first = new Entry(firstVersion, nowNanos);
    first.isCommitted = true;
    first.knownNanos = nowNanos;
    entries.add(first);
  }

  /** Adds a version whose commit is about to be sent. */
  synchronized Entry add(long version, long sentNanos) {
    int forgotten = 0;
    while (forgotten + 1 < entries.size()
        && entries.get(forgotten + 1).isCommitted
        && entries.get(forgotten + 1).knownNanos < sentNanos - keepNanos) {
      forgotten++;
    }
    entries.subList(0, forgotten).clear();
    Entry entry = new Entry(version, sentNanos);
    entries.add(entry);
    return entry;
  }

  /** The commit of a version is known to have happened by now. */
  synchronized void committed(Entry entry, long nowNanos) {
    entry.isCommitted = true;
    entry.knownNanos = nowNanos;
    entry.firstRead = null;
  }

  /**
   * A version will never be committed.
   *
   * @return how often it was read all the same
   */
  synchronized int aborted(Entry entry) {
    entries.remove(entry);
    return entry.readsBefore;
  }

  /** The first read of a version whose outcome was not known yet. */
  static @Nullable Observation firstReadOf(Entry entry) {
    return entry.firstRead;
  }

  /** The version of now, by the last commit that is known. */
  synchronized long current() {
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i).isCommitted) {
        return entries.get(i).version;
      }
    }
    throw new IllegalStateException("a history has a committed version");
  }

  /**
   * The database went back to an earlier version.
   *
   * @param survivor the version that it has now
   * @param sinceNanos it may have had it from then on
   * @return the versions that were lost
   */
  synchronized List<Long> wentBackTo(long survivor, long sinceNanos, long nowNanos) {
    List<Long> lost = new ArrayList<>();
    for (int i = entries.size() - 1; i >= 0; i--) {
      Entry entry = entries.get(i);
      if (entry.version == survivor && entry.isCommitted) {
        break;
      }
      if (entry.isCommitted) {
        entry.isLost = true;
        lost.add(entry.version);
      }
    }
    Entry again = new Entry(survivor, sinceNanos);
    again.isCommitted = true;
    again.knownNanos = nowNanos;
    entries.add(again);
    return lost;
  }

  /**
   * How long before the read began its version had been replaced for certain, in nanoseconds: 0 if
   * it had not; {@link #NOT_FOUND} if it is none of the versions kept here, or its commit was sent
   * after the read.
   */
  synchronized long ageOf(Observation read) {
    long replacedNanos = Long.MAX_VALUE;
    for (int i = entries.size() - 1; i >= 0; i--) {
      Entry entry = entries.get(i);
      if (entry.version == read.version() && entry.sentNanos <= read.endNanos()) {
        if (!entry.isCommitted) {
          entry.readsBefore++;
          entry.firstRead = entry.firstRead == null ? read : entry.firstRead;
        }
        return Math.max(0, replacedNanos == Long.MAX_VALUE ? 0 : read.startNanos() - replacedNanos);
      }
      if (entry.isCommitted) {
        replacedNanos = Math.min(replacedNanos, entry.knownNanos);
      }
    }
    return NOT_FOUND;
  }

  /** Whether the latest entry of a version was lost by the database. */
  synchronized boolean isLost(long version) {
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i).version == version) {
        return entries.get(i).isLost;
      }
    }
    return false;
  }

  /** The latest versions for people, the oldest first, with times in ms since an origin. */
  synchronized List<String> describe(long originNanos) {
    return entries.subList(Math.max(0, entries.size() - SHOWN_MAX), entries.size()).stream()
        .map(
            entry ->
                String.format(
                    Locale.ROOT,
                    "%s sent at %.1f ms, %s",
                    entry.version == Oracle.ABSENT ? "absent" : "version " + entry.version,
                    (entry.sentNanos - originNanos) / 1e6,
                    !entry.isCommitted
                        ? "outcome unknown"
                        : String.format(
                            Locale.ROOT,
                            "known committed at %.1f ms%s",
                            (entry.knownNanos - originNanos) / 1e6,
                            entry.isLost ? ", lost later" : "")))
        .toList();
  }
}
