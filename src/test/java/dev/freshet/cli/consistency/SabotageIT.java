package dev.freshet.cli.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.cli.consistency.Violation.Kind;
import dev.freshet.cli.consistency.Workload.Shape;
import dev.freshet.loading.FeatureLoader;
import dev.freshet.servers.ExpectedLog;
import dev.freshet.servers.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The checker is checked: each of these mistakes must be found, and without one nothing is. */
@ExtendWith(NoLeaks.class)
@ExpectedLog("eviction stopped, trying again")
@ExpectedLog(ExpectedLog.DRIVER_WAS_CUT_OFF)
@ExpectedLog("load failed kind=postgres_away")
class SabotageIT {
  private static final Duration STALE_LOAD = Duration.ofMillis(3_500);
  private static final int SLOW_ONE_IN = 200;
  private static final int TRIES = 40;

  private final Violations violations = new Violations();
  private @Nullable OpenSite open;

  @AfterEach
  void close() {
    OpenSite opened = open;
    if (opened != null) {
      opened.close();
    }
  }

  private static Shape shape(int coldKeys, Set<WriteKind> kinds) {
    return new Shape(coldKeys, 10, 3, 100, kinds, 2, 40, 8_000);
  }

  /**
   * Many readers of few keys each, and no key that all of them want: whoever waits for a slow load
   * does not keep others away, who must ask for the same key later.
   */
  private static Shape manyReaders() {
    return new Shape(500, 0, 3, 100, EnumSet.allOf(WriteKind.class), 48, 2, 1_600);
  }

  private Site open(Shape shape, Parts parts) throws InterruptedException {
    OpenSite opened = OpenSite.open(shape, 1, Variant.BYPASS, parts, violations);
    open = opened;
    return opened.site();
  }

  private Site open(Parts parts) throws InterruptedException {
    return open(shape(1_000, EnumSet.allOf(WriteKind.class)), parts);
  }

  private EpisodeRun run(Site site) {
    return new EpisodeRun(site, violations);
  }

  private EpisodeResult episode(Site site, String fault, boolean isQuiet)
      throws InterruptedException {
    return run(site).run(new Episode(Faults.named(List.of(fault)), 3_000, isQuiet));
  }

  private static void seconds(int seconds) throws InterruptedException {
    Site.await(
        "time goes by",
        new java.util.function.BooleanSupplier() {
          private final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);

          @Override
          public boolean getAsBoolean() {
            return System.nanoTime() > end;
          }
        });
  }

  /** Writes for a while and compares, until something is found. */
  private void untilFound(Site site) throws InterruptedException {
    for (int i = 0; i < TRIES && violations.count() == 0; i++) {
      site.workload().resume();
      seconds(1);
      run(site).sweepAtRest();
    }
  }

  private void assertCaught() {
    assertThat(
            violations.count(Kind.LOST)
                + violations.count(Kind.STALE)
                + violations.count(Kind.PHANTOM))
        .as("%s", violations.first())
        .isPositive();
  }

  private void assertNothingFound() {
    assertThat(violations.first()).isEmpty();
  }

  @Test
  void oneDroppedEvictionIn100000IsFound() throws InterruptedException {
    SabotagedParts parts = SabotagedParts.daemon(DaemonSabotage.dropsOneEvictionIn(100_000));
    // All is cached, and written once: a second write would evict what the first one left.
    Site site = open(new Shape(100_000, 10, 1, 1, EnumSet.of(WriteKind.BULK), 2, 40, 8_000), parts);
    for (int i = 0; i < TRIES && violations.count() == 0; i++) {
      cacheAll(parts.firstLoader(), site.oracle().keyCount());
      site.workload().resume();
      site.workload().awaitBegun();
      run(site).sweepAtRest();
    }
    assertThat(violations.count(Kind.LOST)).isPositive();
  }

  private static void cacheAll(FeatureLoader loader, int keys) {
    List<String> some = new ArrayList<>();
    for (int key = 1; key <= keys; key++) {
      some.add(Integer.toString(key));
      if (some.size() == 2_000 || key == keys) {
        loader.getAll(Items.VIEW, some);
        some.clear();
      }
    }
  }

  @Test
  void aPositionThatIsLeftBeforeTheEvictionIsFound() throws InterruptedException {
    Site site = open(SabotagedParts.daemon(DaemonSabotage.leavesThePositionBeforeItEvicts()));
    for (int i = 0; i < TRIES && violations.count() == 0; i++) {
      site.workload().resume();
      site.awaitFresh("before the daemon is killed");
      site.daemon().kill();
      site.daemon().start();
      run(site).sweepAtRest();
    }
    assertCaught();
  }

  @Test
  void aDaemonThatIsKilledAtAnyCallLosesNothing() throws InterruptedException {
    Site site = open(SabotagedParts.none());
    for (int i = 0; i < 8; i++) {
      site.workload().resume();
      site.awaitFresh("before the daemon is killed");
      site.daemon().kill();
      site.daemon().start();
      run(site).sweepAtRest();
    }
    assertNothingFound();
  }

  @Test
  void aFillWithoutALeaseIsFound() throws InterruptedException {
    untilFound(open(SabotagedParts.loader(LoaderSabotage.fillsWithoutLease())));
    assertCaught();
  }

  @Test
  void readingAboveTheLastIdIsFound() throws InterruptedException {
    untilFound(open(SabotagedParts.daemon(DaemonSabotage.readsWhatIsAboveTheLastId())));
    assertCaught();
  }

  @Test
  void notPollingAfterListenIsFound() throws InterruptedException {
    Site site = open(SabotagedParts.daemon(DaemonSabotage.doesNotPollAfterListen()));
    for (int i = 0; i < TRIES && violations.count() == 0; i++) {
      missSomeRings(site);
    }
    assertCaught();
  }

  @Test
  void ringsThatAreMissedAreNoLoss() throws InterruptedException {
    Site site = open(SabotagedParts.none());
    missSomeRings(site);
    assertNothingFound();
  }

  /** Changes rows while the daemon is cut off, and none afterwards. */
  private void missSomeRings(Site site) throws InterruptedException {
    site.workload().resume();
    seconds(1);
    site.cluster().network().daemonToPostgres().goSilent();
    seconds(1);
    site.workload().rest();
    site.cluster().network().daemonToPostgres().cut();
    site.cluster().network().daemonToPostgres().resume();
    run(site).sweepAtRest();
  }

  @Test
  void aFillThatIsReplayedAfterAReconnectIsFound() throws InterruptedException {
    LoaderSabotage.ReplayingFills sabotage = new LoaderSabotage.ReplayingFills();
    Site site = open(SabotagedParts.loader(sabotage));
    for (int i = 0; i < TRIES && violations.count() == 0; i++) {
      site.workload().resume();
      site.cluster().network().loadersToRedis().delay(30);
      seconds(1);
      site.cluster().network().loadersToRedis().goSilent();
      seconds(1);
      site.workload().rest();
      site.cluster().network().loadersToRedis().cut();
      site.cluster().network().loadersToRedis().delay(0);
      site.cluster().network().loadersToRedis().resume();
      site.awaitFresh("after the reconnect");
      sabotage.replay(site.cluster());
      run(site).sweepAtRest();
    }
    assertCaught();
  }

  @Test
  void aBeatThatDoesNotCompareTheLinkIsFound() throws InterruptedException {
    Site site = open(SabotagedParts.daemon(DaemonSabotage.beatsWithoutComparing()));
    for (int i = 0; i < TRIES && violations.count() == 0; i++) {
      site.workload().resume();
      episode(site, "redis-set-back", true);
    }
    assertCaught();
  }

  @Test
  void aGenerationThatIsIgnoredIsFound() throws InterruptedException {
    Site site = open(SabotagedParts.loader(LoaderSabotage.ignoresTheGeneration()));
    site.workload().resume();
    episode(site, "loader-on-old-primary", false);
    assertCaught();
  }

  @Test
  void joiningAnyFlightIsFound() throws InterruptedException {
    Site site =
        open(
            manyReaders(),
            SabotagedParts.loader(LoaderSabotage.joinsAnyFlight(SLOW_ONE_IN, STALE_LOAD)));
    untilFound(site);
    assertCaught();
  }

  @Test
  void slowLoadsAloneAreNoFault() throws InterruptedException {
    Site site =
        open(
            manyReaders(),
            SabotagedParts.loader(LoaderSabotage.slowLoads(SLOW_ONE_IN, STALE_LOAD)));
    site.workload().resume();
    seconds(6);
    run(site).sweepAtRest();
    assertNothingFound();
  }
}
