package dev.freshet.nearcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NearCacheTest {
  private static final long SECOND = 1_000_000_000L;

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - SECOND / 2); // it may wrap around
  private final NearCache<String> near =
      new NearCache<>(1 << 20, Duration.ofSeconds(10), String::length, now::get);

  private void beat(String link) {
    near.beat(link, now.get() + 2 * SECOND);
  }

  private void put(String cacheKey, String value) {
    near.put(cacheKey, near.stamp(cacheKey), value);
  }

  @Test
  void keepsNothingBeforeTheFirstBeat() {
    put("k", "v");
    beat("1");

    assertThat(near.get("k")).isNull();
    put("k", "v");
    assertThat(near.get("k")).isEqualTo("v");
  }

  @Test
  void anEvictionRemovesItsKeysAndNoOthers() {
    beat("1");
    put("k", "v");
    put("other", "w");

    near.evicted("1", "2", false, List.of("k"));
    beat("2");

    assertThat(near.get("k")).isNull();
    assertThat(near.get("other")).isEqualTo("w");
  }

  @Test
  void whatWasAskedForBeforeAnEvictionMayNotEnterAfterIt() {
    beat("1");
    long before = near.stamp("k");
    near.evicted("1", "2", false, List.of("k"));

    near.put("k", before, "old");
    assertThat(near.get("k")).isNull();

    put("k", "new");
    assertThat(near.get("k")).isEqualTo("new");
  }

  @Test
  void whatWasAskedForBeforeABreakMayNotEnterAfterIt() {
    beat("1");
    long before = near.stamp("k");
    near.broke();
    beat("1");

    near.put("k", before, "old");
    assertThat(near.get("k")).isNull();
  }

  @Test
  void aRefusedPutDoesNotProlongWhatIsThere() {
    beat("1");
    long before = near.stamp("k");
    near.evicted("1", "2", false, List.of("k"));
    put("k", "new");
    now.addAndGet(9 * SECOND);
    beat("2");
    near.put("k", before, "old");

    assertThat(near.get("k")).isEqualTo("new");
    now.addAndGet(SECOND);
    assertThat(near.get("k")).isNull();
  }

  @Test
  void anotherFormOfTheSameTakesItsPlaceForTheTimeThatIsLeft() {
    beat("1");
    String value = "v";
    put("k", value);
    now.addAndGet(9 * SECOND);
    beat("1");
    near.replace("k", value, "V");

    assertThat(near.get("k")).isEqualTo("V");
    now.addAndGet(SECOND);
    assertThat(near.get("k")).isNull();
  }

  @Test
  void anotherFormOfWhatIsGoneDoesNotComeBack() {
    beat("1");
    put("k", "v");
    near.evicted("1", "2", false, List.of("k"));
    near.replace("k", "v", "V");
    assertThat(near.get("k")).isNull();

    put("k", "new");
    near.replace("k", "v", "V");
    assertThat(near.get("k")).isEqualTo("new");

    put("other", "v");
    near.broke();
    near.replace("other", "v", "V");
    beat("2");
    assertThat(near.get("other")).isNull();
  }

  @Test
  void aBreakEmptiesItUntilTheNextBeat() {
    beat("1");
    put("k", "v");

    near.broke();
    assertThat(near.get("k")).isNull();
    beat("1");
    assertThat(near.get("k")).isNull();
  }

  @Test
  void aGapBetweenTheLinksEmptiesIt() {
    beat("1");
    put("k", "v");
    near.evicted("2", "3", false, List.of("other"));
    assertThat(near.get("k")).isNull();

    put("k", "v");
    beat("4");
    assertThat(near.get("k")).isNull();
  }

  @Test
  void aNewEpochEmptiesIt() {
    beat("1");
    put("k", "v");
    near.evicted("1", "2", true, List.of());

    assertThat(near.get("k")).isNull();
  }

  @Test
  void withoutABeatItServesNothingAndWithTheNextOneAllAgain() {
    beat("1");
    put("k", "v");
    now.addAndGet(2 * SECOND);
    assertThat(near.get("k")).isNull();
    put("l", "v");

    beat("1");
    assertThat(near.get("k")).isEqualTo("v");
    assertThat(near.get("l")).isNull();
  }

  @Test
  void nothingStaysLongerThanTenSeconds() {
    NearCache<String> patient =
        new NearCache<>(1 << 20, Duration.ofDays(1), String::length, now::get);
    patient.beat("1", now.get() + 3_600 * SECOND);
    patient.put("k", patient.stamp("k"), "v");
    now.addAndGet(10 * SECOND - 1_000);
    assertThat(patient.get("k")).isEqualTo("v");
    now.addAndGet(2_000);
    assertThat(patient.get("k")).isNull();
  }

  @Test
  void itHoldsNoMoreBytesThanTheBound() {
    beat("1");
    String kilobyte = "x".repeat(1_024);
    IntStream.range(0, 5_000).forEach(i -> put("key:" + i, kilobyte));

    long kept = IntStream.range(0, 5_000).filter(i -> near.get("key:" + i) != null).count();
    assertThat(kept).isBetween(500L, 1_024L);
  }

  @Test
  void oneThatIsOffKeepsNothing() {
    NearCache<String> off = NearCache.off();
    off.put("k", off.stamp("k"), "v");

    assertThat(off.get("k")).isNull();
  }

  /** The cache behind it is a number that grows; each growth is told afterwards, as Redis does. */
  @Test
  void readersThatRaceWithEvictionsLeaveNothingStale() throws InterruptedException {
    AtomicInteger behind = new AtomicInteger();
    NearCache<Integer> raced =
        new NearCache<>(1 << 20, Duration.ofSeconds(10), value -> 8, () -> 0);
    raced.beat("link", SECOND);
    int rounds = 200_000;
    CountDownLatch ended = new CountDownLatch(2);
    Runnable reader =
        () -> {
          while (behind.get() < rounds) {
            if (raced.get("k") == null) {
              long stamp = raced.stamp("k");
              raced.put("k", stamp, behind.get());
            }
          }
          ended.countDown();
        };
    new Thread(reader).start();
    new Thread(reader).start();

    int stale = 0;
    for (int i = 0; i < rounds; i++) {
      int version = behind.incrementAndGet();
      raced.evicted("link", "link", false, List.of("k"));
      Integer seen = raced.get("k");
      if (seen != null && seen < version) {
        stale++;
      }
    }
    ended.await();
    assertThat(stale).isZero();
  }
}
