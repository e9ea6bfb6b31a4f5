package dev.freshet.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.view.MalformedKeyException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

final class FailuresTest {
  private final Failures failures = new Failures("GET", "/v1/views");

  @Test
  void whatAFutureWrapsIsUnwrapped() {
    Problem problem =
        failures.problem(
            new CompletionException(new CompletionException(new MalformedKeyException("no key"))));

    assertThat(problem.type()).isEqualTo(ProblemType.MALFORMED_KEY);
    assertThat(problem.detail()).isEqualTo("no key");
  }

  @Test
  void aFullQueueIsNoBug() {
    Problem problem = failures.problem(new RejectedExecutionException("full"));

    assertThat(problem.type()).isEqualTo(ProblemType.OVERLOADED);
    assertThat(problem.headers()).containsEntry("Retry-After", "1");
  }

  @Test
  void theTimeToWaitIsRoundedUpToWholeSeconds() {
    Problem problem = Problem.of(ProblemType.OVERLOADED, "full");

    assertThat(problem.retryAfter(Duration.ZERO).headers()).containsEntry("Retry-After", "1");
    assertThat(problem.retryAfter(Duration.ofMillis(1_001)).headers())
        .containsEntry("Retry-After", "2");
    assertThat(problem.retryAfter(Duration.ofSeconds(5)).headers())
        .containsEntry("Retry-After", "5");
  }
}
