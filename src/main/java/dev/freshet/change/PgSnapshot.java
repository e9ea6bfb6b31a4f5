package dev.freshet.change;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * A set of transactions whose effects are visible: all below {@code xmax}, but for those in {@code
 * xip}. Postgres' type {@code pg_snapshot}.
 *
 * <p>Reading the change log by the difference of two snapshots is PgQ's way of making batches (see
 * "pgq.batch_event_sql" in its documentation): unlike a sequence it misses no transaction that
 * commits late, and unlike an xmin horizon it waits for no transaction that stays open.
 */
public final class PgSnapshot {
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
    String[] parts = text.split(":", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException("`%s` is no pg_snapshot".formatted(text));
    }
    try {
      long[] xip =
          parts[2].isEmpty()
              ? new long[0]
              : Arrays.stream(parts[2].split(",", -1)).mapToLong(Long::parseLong).toArray();
      return new PgSnapshot(Long.parseLong(parts[1]), xip);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("`%s` is no pg_snapshot".formatted(text), e);
    }
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
    return xmax >= other.xmax
        && Arrays.stream(xip).allMatch(xid -> xid >= other.xmax || !other.sees(xid));
  }

  /** The snapshot that sees exactly those transactions of this one that are below {@code x}. */
  public PgSnapshot restrictedBelow(long x) {
    return x >= xmax ? this : new PgSnapshot(x, below(x));
  }

  /** The snapshot that sees what this one sees, and the given transactions too. */
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
    long xmin = xip.length == 0 ? xmax : xip[0];
    return Arrays.stream(xip)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(",", xmin + ":" + xmax + ":", ""));
  }
}
