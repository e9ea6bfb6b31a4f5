package dev.freshet.cli.consistency;

import dev.freshet.cli.bench.BenchFailedException;
import dev.freshet.cli.consistency.Fault.Clock;
import dev.freshet.cli.consistency.Fault.Healing;
import dev.freshet.cli.consistency.Violation.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** Runs episodes on a site, one after the other. */
final class EpisodeRun {
  private static final long RECOVERY_MS_MAX = 60_000;
  private static final long BEFORE_MS = 1_000;
  private static final long AFTERWARDS_MS = 1_000;

  private final Site site;
  private final FullSweep sweep;
  private final Violations violations;

  EpisodeRun(Site site, Violations violations) {
    this.site = site;
    this.violations = violations;
    this.sweep = new FullSweep(site.cluster(), site.oracle(), violations);
  }

  /** Runs one episode, from a working system to the sweep. */
  EpisodeResult run(Episode episode) throws InterruptedException {
    violations.during(episode.name());
    long violationsBefore = violations.count();
    List<String> evidence = new ArrayList<>();
    OptionalLong recovery = provoke(episode, evidence);
    if (!episode.isQuiet()) {
      TimeUnit.MILLISECONDS.sleep(AFTERWARDS_MS);
    }
    int cached = sweepAtRest();
    site.workload().resume();
    return new EpisodeResult(
        episode, evidence, recovery, cached, violations.count() - violationsBefore);
  }

  /** Provokes the faults; returns how long Freshet took to recover, empty if it did not. */
  private OptionalLong provoke(Episode episode, List<String> evidence) throws InterruptedException {
    try {
      OptionalLong recovery =
          episode.faults().size() == 1
              ? single(episode, episode.faults().get(0), evidence)
              : several(episode, evidence);
      if (recovery.isEmpty() && !episode.faults().isEmpty()) {
        violations.add(
            Kind.BROKEN, "Freshet was not fresh again after %d ms".formatted(RECOVERY_MS_MAX));
      }
      return recovery;
    } catch (BenchFailedException e) {
      violations.add(Kind.BROKEN, String.valueOf(e.getMessage()));
      int unused = site.learnWhatWasLost(); // the fault may have been under way
      return OptionalLong.empty();
    }
  }

  /** Lets all come to rest and compares; returns how many keys were compared. */
  int sweepAtRest() throws InterruptedException {
    site.workload().rest();
    site.awaitFresh("after the writers came to rest");
    return sweep.run();
  }

  private OptionalLong single(Episode episode, Fault fault, List<String> evidence)
      throws InterruptedException {
    prepare(List.of(fault));
    long injectedNanos = System.nanoTime();
    Healing healing = fault.injection().inject(site);
    long injectedMs = System.currentTimeMillis(); // whatever ended has ended: it vouches no more
    if (fault.clock() == Clock.LOADERS_UNAIDED) {
      // Writers go on: without misses no loader would find out.
      OptionalLong recovery = site.loadCounts().awaitNoFailures(injectedNanos, RECOVERY_MS_MAX);
      restIfQuiet(episode);
      heal(healing, evidence);
      return recovery;
    }
    if (fault.clock() == Clock.UNAIDED) {
      restIfQuiet(episode);
      OptionalLong recovery = site.freshness().awaitVouched(injectedMs, RECOVERY_MS_MAX);
      heal(healing, evidence);
      return recovery;
    }
    if (fault.clock() == Clock.SINCE_INJECTION) {
      restIfQuiet(episode);
      heal(healing, evidence);
      return site.freshness().awaitVouched(injectedMs, RECOVERY_MS_MAX);
    }
    TimeUnit.MILLISECONDS.sleep(episode.holdMs());
    restIfQuiet(episode);
    heal(healing, evidence);
    return awaitRecovered(episode);
  }

  private OptionalLong awaitRecovered(Episode episode) throws InterruptedException {
    long now = System.currentTimeMillis();
    long backMs = site.backMs().get();
    restIfQuiet(episode); // those who learnt what was lost have let the writers begin
    return site.freshness().awaitVouched(backMs > 0 ? backMs : now, RECOVERY_MS_MAX);
  }

  /**
   * Faults of different servers overlap, that of Redis first, which may need what the others take
   * away; others follow each other without a pause.
   */
  private OptionalLong several(Episode episode, List<String> evidence) throws InterruptedException {
    List<Fault> faults =
        episode.faults().stream()
            .sorted(Comparator.comparing(Fault::target, Comparator.reverseOrder()))
            .toList();
    boolean isOverlapping =
        faults.stream().map(Fault::target).distinct().count() == faults.size()
            && faults.stream().noneMatch(Fault::needsAllElse);
    prepare(isOverlapping ? faults : List.of());
    Deque<Healing> healings = new ArrayDeque<>();
    try {
      for (Fault fault : faults) {
        if (!isOverlapping) {
          fault.preparation().prepare(site);
        }
        healings.add(fault.injection().inject(site));
        TimeUnit.MILLISECONDS.sleep(episode.holdMs() / faults.size());
        if (!isOverlapping) {
          heal(healings.remove(), evidence);
        }
      }
      restIfQuiet(episode);
    } finally {
      while (!healings.isEmpty()) {
        heal(healings.remove(), evidence);
      }
    }
    site.backMs().set(0);
    return faults.isEmpty() ? OptionalLong.empty() : awaitRecovered(episode);
  }

  private void prepare(List<Fault> faults) throws InterruptedException {
    for (Fault fault : faults) {
      fault.preparation().prepare(site);
    }
    TimeUnit.MILLISECONDS.sleep(BEFORE_MS);
    site.backMs().set(0);
  }

  private void restIfQuiet(Episode episode) {
    if (episode.isQuiet()) {
      site.workload().hold();
    }
  }

  private void heal(Healing healing, List<String> evidence) throws InterruptedException {
    try {
      evidence.add(healing.heal());
    } catch (BenchFailedException e) {
      violations.add(Kind.BROKEN, String.valueOf(e.getMessage()));
    }
  }
}
