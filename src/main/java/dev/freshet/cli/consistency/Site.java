package dev.freshet.cli.consistency;

import dev.freshet.cli.bench.BenchFailedException;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.Session;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Where faults happen, and what must be told of them.
 *
 * @param loadCounts what the loaders tell
 * @param prepared what preparations have left for injections
 * @param backMs when the server that was away took connections again, in milliseconds since 1970
 */
record Site(
    Cluster cluster,
    DaemonUnderTest daemon,
    Workload workload,
    Oracle oracle,
    Freshness freshness,
    LoadCounts loadCounts,
    Map<Class<? extends Prepared>, Prepared> prepared,
    AtomicLong backMs) {
  private static final long AWAIT_SECONDS_MAX = 60;
  private static final long POLL_MS = 10;

  /** What a preparation has started; closed at the end if no injection has taken it. */
  interface Prepared extends AutoCloseable {
    @Override
    void close();
  }

  Site(
      Cluster cluster,
      DaemonUnderTest daemon,
      Workload workload,
      Oracle oracle,
      Freshness freshness,
      LoadCounts loadCounts) {
    this(
        cluster,
        daemon,
        workload,
        oracle,
        freshness,
        loadCounts,
        new ConcurrentHashMap<>(),
        new AtomicLong());
  }

  /** Commits may be lost from now on, so nobody shall begin one; does not wait. */
  void commitsMayBeLost() {
    workload.hold();
    oracle.unsettle(System.nanoTime());
  }

  /**
   * Postgres is back: finds out which commits were lost, and lets writers begin again.
   *
   * @return how many keys went back
   */
  int learnWhatWasLost() throws InterruptedException {
    workload.rest();
    int wentBack;
    try (Session session = Session.open(cluster.database())) {
      wentBack = oracle.settle(Items.rows(session), System.nanoTime());
    }
    workload.resume();
    return wentBack;
  }

  /** Keeps something for an injection. */
  <T extends Prepared> void keep(Class<T> kind, T what) {
    prepared.put(kind, what);
  }

  /** Takes what a preparation has kept. */
  <T extends Prepared> T take(Class<T> kind) {
    return kind.cast(Objects.requireNonNull(prepared.remove(kind), kind::getSimpleName));
  }

  /** Says that the server that was away takes connections again. */
  void isBack() {
    backMs.set(System.currentTimeMillis());
  }

  /** Waits until all changes up to now are evicted. */
  void awaitFresh(String when) throws InterruptedException {
    OptionalLong took =
        freshness.awaitVouched(
            System.currentTimeMillis(), TimeUnit.SECONDS.toMillis(AWAIT_SECONDS_MAX));
    if (took.isEmpty()) {
      throw new BenchFailedException(
          "Freshet was not fresh within %d s %s".formatted(AWAIT_SECONDS_MAX, when));
    }
  }

  /** Waits for something that a fault needs. */
  static void await(String what, BooleanSupplier isSo) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(AWAIT_SECONDS_MAX);
    while (!isSo.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new BenchFailedException("waited in vain: " + what);
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }

  /** Asks a database for one text; empty for none. */
  static String ask(PostgresDatabase.Settings database, String sql, Object... parameters) {
    try (Session session = Session.open(database)) {
      return session.ask(sql, parameters).orElse("");
    }
  }
}
