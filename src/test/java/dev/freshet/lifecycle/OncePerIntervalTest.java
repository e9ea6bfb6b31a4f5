package dev.freshet.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OncePerIntervalTest {
  private final AtomicLong nanos = new AtomicLong();
  private final OncePerInterval warnings = new OncePerInterval(Duration.ofSeconds(10), nanos::get);

  @Test
  void eachSubjectIsDueOnceInAnInterval() {
    assertThat(warnings.isDue("a")).isTrue();
    assertThat(warnings.isDue("a")).isFalse();
    assertThat(warnings.isDue("b")).isTrue();
    nanos.set(Duration.ofSeconds(10).toNanos() - 1);
    assertThat(warnings.isDue("a")).isFalse();
    nanos.set(Duration.ofSeconds(10).toNanos());
    assertThat(warnings.isDue("a")).isTrue();
    assertThat(warnings.isDue("a")).isFalse();
  }
}
