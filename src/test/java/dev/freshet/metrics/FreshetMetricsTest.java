package dev.freshet.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.freshet.eviction.EvictionListener.NewChain;
import dev.freshet.loading.LoadFailedException;
import dev.freshet.loading.LoadListener.RefusedFill;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FreshetMetricsTest {
  private final AtomicLong nanoTime = new AtomicLong(-5);
  private final FreshetMetrics metrics =
      new FreshetMetrics(List.of("images", "shops"), nanoTime::get);

  @AfterEach
  void close() {
    metrics.close();
  }

  @Test
  void allMetersOfAllViewsExistFromTheStartAtZero() {
    Scrape scrape = scrape();

    assertThat(scrape.samples("freshet_"))
        .isNotEmpty()
        .allSatisfy((s, v) -> assertThat(v).isZero());
    for (String view : List.of("images", "shops")) {
      assertThat(scrape.value("freshet_hits_total{view=\"%s\"}".formatted(view))).isZero();
      for (RefusedFill why : RefusedFill.values()) {
        String reason = why.name().toLowerCase(java.util.Locale.ROOT);
        scrape.value(
            "freshet_refused_fills_total{reason=\"%s\",view=\"%s\"}".formatted(reason, view));
      }
    }
    assertThat(scrape.samples("freshet_new_chains_total")).hasSize(NewChain.values().length);
    assertThat(scrape.samples("freshet_errors_total"))
        .hasSize(LoadFailedException.Kind.values().length + 1);
  }

  @Test
  void theReadPathIsCountedForEachView() {
    metrics.hit("images");
    metrics.hit("images");
    metrics.absenceHit("images");
    metrics.miss("images");
    metrics.behind("images");
    metrics.loaded("images", 10, 3, Duration.ofMillis(4));
    metrics.filled("images");
    metrics.fillRefused("images", RefusedFill.LEASE_GONE);
    metrics.hit("shops");

    Scrape scrape = scrape();
    assertThat(scrape.value("freshet_hits_total{view=\"images\"}")).isEqualTo(2);
    assertThat(scrape.value("freshet_hits_total{view=\"shops\"}")).isEqualTo(1);
    assertThat(scrape.value("freshet_misses_total{view=\"images\"}")).isEqualTo(1);
    assertThat(scrape.value("freshet_absences_total{source=\"redis\",view=\"images\"}"))
        .isEqualTo(1);
    assertThat(scrape.value("freshet_absences_total{source=\"postgres\",view=\"images\"}"))
        .isEqualTo(3);
    assertThat(scrape.value("freshet_behind_reads_total{view=\"images\"}")).isEqualTo(1);
    assertThat(scrape.value("freshet_loads_total{view=\"images\"}")).isEqualTo(1);
    assertThat(scrape.value("freshet_loaded_keys_total{view=\"images\"}")).isEqualTo(10);
    assertThat(scrape.value("freshet_load_seconds_count{view=\"images\"}")).isEqualTo(1);
    assertThat(scrape.value("freshet_load_seconds_bucket{view=\"images\",le=\"0.003\"}")).isZero();
    assertThat(scrape.value("freshet_load_seconds_bucket{view=\"images\",le=\"0.005\"}"))
        .isEqualTo(1);
    assertThat(scrape.value("freshet_fills_total{view=\"images\"}")).isEqualTo(1);
    assertThat(scrape.value("freshet_refused_fills_total{reason=\"lease_gone\",view=\"images\"}"))
        .isEqualTo(1);
  }

  @Test
  void theWritePathIsCounted() {
    metrics.applied("images", Duration.ofMillis(3));
    metrics.applied("shops", Duration.ofMillis(-3));
    metrics.evicted(100, 40);
    metrics.swept("shops", 7, Duration.ofSeconds(1));
    metrics.newChain(NewChain.TOO_OLD);
    metrics.rang();
    metrics.polled();
    metrics.beat();
    metrics.linkLost();

    Scrape scrape = scrape();
    assertThat(scrape.value("freshet_changes_total{view=\"images\"}")).isEqualTo(1);
    assertThat(scrape.value("freshet_commit_to_evict_seconds_sum{view=\"images\"}"))
        .isCloseTo(0.003, within(1e-9));
    assertThat(scrape.value("freshet_commit_to_evict_seconds_count{view=\"shops\"}")).isEqualTo(1);
    assertThat(scrape.value("freshet_commit_to_evict_seconds_sum{view=\"shops\"}")).isZero();
    assertThat(scrape.value("freshet_keys_evicted_total")).isEqualTo(100);
    assertThat(scrape.value("freshet_keys_existed_total")).isEqualTo(40);
    assertThat(scrape.value("freshet_sweeps_total{view=\"shops\"}")).isEqualTo(1);
    assertThat(scrape.value("freshet_swept_keys_total{view=\"shops\"}")).isEqualTo(7);
    assertThat(scrape.value("freshet_new_chains_total{reason=\"too_old\"}")).isEqualTo(1);
    assertThat(scrape.value("freshet_new_chains_total{reason=\"foreign\"}")).isZero();
    assertThat(scrape.value("freshet_rings_total")).isEqualTo(1);
    assertThat(scrape.value("freshet_polls_total")).isEqualTo(1);
    assertThat(scrape.value("freshet_beats_total")).isEqualTo(1);
    assertThat(scrape.value("freshet_links_lost_total")).isEqualTo(1);
  }

  @Test
  void aBacklogGrowsOlderUntilItIsReportedGone() {
    metrics.backlog(Duration.ofSeconds(2), 30);
    nanoTime.addAndGet(Duration.ofSeconds(5).toNanos());
    assertThat(scrape().value("freshet_backlog_age_seconds")).isEqualTo(7);
    assertThat(scrape().value("freshet_backlog_rows")).isEqualTo(30);

    metrics.backlog(Duration.ZERO, 0);
    nanoTime.addAndGet(Duration.ofSeconds(5).toNanos());
    assertThat(scrape().value("freshet_backlog_age_seconds")).isZero();

    metrics.backlog(Duration.ofSeconds(2), 30);
    metrics.beat();
    assertThat(scrape().value("freshet_backlog_age_seconds")).isZero();
    assertThat(scrape().value("freshet_backlog_rows")).isZero();
  }

  @Test
  void errorsAreCountedByKindWithinABound() {
    metrics.failed("REDIS_AWAY");
    metrics.failed("images", "redis_away");
    metrics.failed("images", LoadFailedException.Kind.DEADLINE.name());
    for (int i = 0; i < 1_000; i++) {
      metrics.failed("kind" + i);
    }

    Scrape scrape = scrape();
    assertThat(scrape.value("freshet_errors_total{kind=\"redis_away\"}")).isEqualTo(2);
    assertThat(scrape.value("freshet_errors_total{kind=\"deadline\"}")).isEqualTo(1);
    Map<String, Double> errors = scrape.samples("freshet_errors_total");
    assertThat(errors).hasSizeLessThanOrEqualTo(64);
    assertThat(errors.values().stream().mapToDouble(v -> v).sum()).isEqualTo(1_003);
  }

  @Test
  void whatIsToldOfAnUnknownViewIsNotCounted() {
    String before = withoutJvm();
    metrics.hit("unknown");
    metrics.absenceHit("unknown");
    metrics.miss("unknown");
    metrics.behind("unknown");
    metrics.loaded("unknown", 1, 1, Duration.ofMillis(1));
    metrics.filled("unknown");
    metrics.fillRefused("unknown", RefusedFill.TOO_LARGE);
    metrics.applied("unknown", Duration.ofMillis(1));
    metrics.swept("unknown", 1, Duration.ofMillis(1));

    assertThat(withoutJvm()).isEqualTo(before);
  }

  @Test
  void theFiguresForPeopleSayTheSame() {
    metrics.hit("images");
    metrics.hit("images");
    metrics.absenceHit("images");
    metrics.miss("images");
    for (int ms = 1; ms <= 100; ms++) {
      metrics.applied(ms % 2 == 0 ? "images" : "shops", Duration.ofMillis(ms));
    }
    metrics.evicted(100, 40);
    metrics.backlog(Duration.ofMillis(1_500), 2);
    metrics.failed("redis_away");

    Map<String, Object> stats = metrics.stats();

    assertThat(stats).containsOnlyKeys("views", "writePath", "errors");
    assertThat(stats).containsEntry("errors", Map.of("redis_away", 1L));
    assertThat(stats.get("views"))
        .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
        .containsOnlyKeys("images", "shops")
        .extractingByKey("images", InstanceOfAssertFactories.map(String.class, Object.class))
        .containsEntry("hits", 2L)
        .containsEntry("absenceHits", 1L)
        .containsEntry("misses", 1L)
        .containsEntry("hitRate", 0.75)
        .containsEntry("changes", 50L)
        .containsEntry("loadMs", Map.of("count", 0L));
    assertThat(stats.get("writePath"))
        .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
        .containsEntry("keysEvicted", 100L)
        .containsEntry("keysExisted", 40L)
        .containsEntry("backlogAgeMs", 1_500L)
        .containsEntry("backlogRows", 2L)
        .extractingByKey(
            "commitToEvictMs", InstanceOfAssertFactories.map(String.class, Object.class))
        .containsEntry("count", 100L)
        .containsEntry("p50", 50.0)
        .containsEntry("p99", 99.0)
        .containsEntry("recentMax", 100.0);
  }

  @Test
  void whatTookLongerThanAllBucketsCountsAsTheLast() {
    metrics.applied("images", Duration.ofHours(1));

    assertThat(metrics.stats().get("writePath"))
        .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
        .extractingByKey(
            "commitToEvictMs", InstanceOfAssertFactories.map(String.class, Object.class))
        .containsEntry("p99", 60_000.0)
        .containsEntry("recentMax", 3_600_000.0);
  }

  private Scrape scrape() {
    return new Scrape(metrics.scrape());
  }

  private String withoutJvm() {
    return scrape().samples("freshet_").toString();
  }
}
