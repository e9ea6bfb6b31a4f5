package dev.freshet.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.RandomCases;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class BackoffTest {

  @Test
  void waitsDoubleFromTheFirstToTheLast() {
    RandomCases.check(
        500,
        random -> {
          long first = 1 + random.nextLong(1_000);
          long last = first + random.nextInt(100_000);
          Backoff backoff = new Backoff(Duration.ofMillis(first), Duration.ofMillis(last), random);
          long most = first;
          for (int failure = 0; failure < 40; failure++) {
            assertThat(backoff.nextMs()).isBetween(most - most / 2, most);
            most = Math.min(last, most * 2);
          }
          backoff.reset();
          assertThat(backoff.nextMs()).isBetween(first - first / 2, first);
        });
  }

  @Test
  void waitsAreSpread() {
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofMillis(100), new Random(7));
    Set<Long> waits = new TreeSet<>();
    for (int i = 0; i < 2_000; i++) {
      waits.add(backoff.nextMs());
    }

    assertThat(waits).hasSize(51).contains(50L, 100L);
  }

  @Test
  void waitsStayInRangeHoweverLongTheyAre() {
    long years = Duration.ofDays(3650).toMillis();
    Backoff backoff =
        new Backoff(Duration.ofDays(3650), Duration.ofMillis(Long.MAX_VALUE), new Random(7));
    for (int failure = 0; failure < 200; failure++) {
      assertThat(backoff.nextMs()).isGreaterThanOrEqualTo(years / 2);
    }
  }

  @Test
  void aRangeThatIsNoneIsRefused() {
    assertThatThrownBy(() -> new Backoff(Duration.ZERO, Duration.ofSeconds(1), new Random()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1), new Random()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a backoff from PT2S to PT1S");
  }

  @Test
  void threadsAreNamedByTheirRoleAndDoNotKeepTheProcess() {
    var factory = Threads.named("listener");

    assertThat(factory.newThread(() -> {}).getName()).isEqualTo("freshet-listener-1");
    assertThat(factory.newThread(() -> {}).getName()).isEqualTo("freshet-listener-2");
    assertThat(factory.newThread(() -> {}).isDaemon()).isTrue();
  }
}
