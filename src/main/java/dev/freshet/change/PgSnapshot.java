package dev.freshet.change;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A set of transactions whose effects are visible: all below {@code xmax}, but for those in {@code
 * xip}. Postgres' type {@code pg_snapshot}.
 *
 * <p>Reading the change log by the difference of two snapshots is PgQ's way of making batches (see
 * "pgq.batch_event_sql" in its documentation): unlike a sequence it misses no transaction that
 * commits late, and unlike an xmin horizon it waits for no transaction that stays open.
 */
public final class PgSnapshot {
  private static final Pattern FORM = Pattern.compile("(\\d{1,19}):(\\d{1,19}):([\\d,]*)");

  private final long xmax;
  private final long[] xip;

  /**
   * @param xmax the first transaction id that is not visible; at least 1
   * @param xip transactions below {@code xmax} that are not visible, in any order
   */
  public PgSnapshot(long xmax, long... xip) {
    long[] sorted = Arrays.stream(xip).sorted().distinct().toArray();
    if (xmax < 1 || (sorted.length > 0 && (sorted[0] < 1 || sorted[sorted.length - 1] >= xmax))) {
      throw new IllegalArgumentException(
          "no snapshot: xmax %d, in progress %s".formatted(xmax, Arrays.toString(sorted)));
    }
    this.xmax = xmax;
    this.xip = sorted;
  }

  /**
   * Reads Postgres' text form, {@code xmin:xmax:xip,xip,…}.
   *
   * @throws IllegalArgumentException if the text is not of that form
   */
  public static PgSnapshot parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw notASnapshot(text, null);
    }
    try {
      long xmin = Long.parseLong(matcher.group(1));
      long[] xip =
          matcher.group(3).isEmpty()
              ? new long[0]
              : Arrays.stream(matcher.group(3).split(",", -1)).mapToLong(Long::parseLong).toArray();
      PgSnapshot snapshot = new PgSnapshot(Long.parseLong(matcher.group(2)), xip);
      if (xmin < 1 || xmin > snapshot.xmin()) {
        throw notASnapshot(text, null);
      }
      return snapshot;
    } catch (NumberFormatException e) {
      throw notASnapshot(text, e);
    }
  }

  private static IllegalArgumentException notASnapshot(
      String text, @Nullable NumberFormatException cause) {
    return new IllegalArgumentException("`%s` is no pg_snapshot".formatted(text), cause);
  }

  /** The first transaction id that is not visible, and above which none is. */
  public long xmax() {
    return xmax;
  }

  /** The transactions below {@link #xmax()} that are not visible, ascending. */
  public long[] xip() {
    return xip.clone();
  }

  /** Whether a transaction's effects are visible. */
  public boolean sees(long xid) {
    return xid < xmax && Arrays.binarySearch(xip, xid) < 0;
  }

  /** Whether every transaction that {@code other} sees is seen by this snapshot too. */
  public boolean seesAllOf(PgSnapshot other) {
    // Of what other sees, nothing may be at or above this xmax: all of that is in its xip.
    long unseenAbove = Arrays.stream(other.xip).filter(xid -> xid >= xmax).count();
    return other.xmax - unseenAbove <= xmax && Arrays.stream(xip).noneMatch(other::sees);
  }

  /** The snapshot that sees exactly those transactions of this one that are below {@code x}. */
  public PgSnapshot restrictedBelow(long x) {
    return x >= xmax ? this : new PgSnapshot(x, below(x));
  }

  /**
   * The snapshot that sees what this one sees, and the given transactions too.
   *
   * @param seen those of them that are not below {@link #xmax()} are left out
   */
  public PgSnapshot with(LongStream seen) {
    long[] also = seen.sorted().toArray();
    return new PgSnapshot(
        xmax, Arrays.stream(xip).filter(x -> Arrays.binarySearch(also, x) < 0).toArray());
  }

  /** The snapshot that sees every transaction that this one or {@code other} sees. */
  public PgSnapshot union(PgSnapshot other) {
    long[] unseen =
        LongStream.concat(Arrays.stream(xip), Arrays.stream(other.xip))
            .filter(xid -> !sees(xid) && !other.sees(xid))
            .toArray();
    return new PgSnapshot(Math.max(xmax, other.xmax), unseen);
  }

  /** The snapshot that sees every transaction that both this one and {@code other} see. */
  public PgSnapshot intersection(PgSnapshot other) {
    long least = Math.min(xmax, other.xmax);
    return new PgSnapshot(
        least,
        LongStream.concat(Arrays.stream(below(least)), Arrays.stream(other.below(least)))
            .toArray());
  }

  private long[] below(long x) {
    return Arrays.stream(xip).filter(xid -> xid < x).toArray();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PgSnapshot snapshot
        && snapshot.xmax == xmax
        && Arrays.equals(snapshot.xip, xip);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(xmax) * 31 + Arrays.hashCode(xip);
  }

  /** Postgres' text form, {@code xmin:xmax:xip,xip,…}. */
  @Override
  public String toString() {
    return Arrays.stream(xip)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(",", xmin() + ":" + xmax + ":", ""));
  }

  private long xmin() {
    return xip.length == 0 ? xmax : xip[0];
  }
}
