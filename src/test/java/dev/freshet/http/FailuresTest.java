package dev.freshet.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.view.MalformedKeyException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

final class FailuresTest {
  private final RecordingLogger log = new RecordingLogger();
  private final Failures failures = new Failures(log, "GET", "/v1/views");

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

  @Test
  void whatNobodyExpectedIsLoggedOnceForARequestUnderTheIdThatTheClientGets() {
    IllegalStateException bug = new IllegalStateException("the secret");

    Problem first = failures.problem(bug);
    Problem second = failures.problem(new IllegalStateException("the same once more"));

    assertThat(first.type()).isEqualTo(ProblemType.INTERNAL);
    assertThat(first.document("/").toString()).doesNotContain("the secret");
    assertThat(second).isEqualTo(first);
    String id = Objects.requireNonNull(first.members().get("id"));
    assertThat(log.events)
        .containsExactly("WARN GET /v1/views failed unexpectedly; the client got the id " + id);
    assertThat(log.causes).containsExactly(bug);
  }

  @Test
  void whatIsExpectedIsNotLogged() {
    failures.problem(new MalformedKeyException("no key"));
    failures.problem(new RejectedExecutionException("full"));

    assertThat(log.events).isEmpty();
  }

  private static final class RecordingLogger extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1L;

    final transient List<String> events = new ArrayList<>();
    final transient List<@Nullable Throwable> causes = new ArrayList<>();

    @Override
    protected void handleNormalizedLoggingCall(
        Level level,
        @Nullable Marker marker,
        String message,
        Object @Nullable [] arguments,
        @Nullable Throwable cause) {
      events.add(level + " " + MessageFormatter.basicArrayFormat(message, arguments));
      causes.add(cause);
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
      return null;
    }

    @Override
    public boolean isTraceEnabled() {
      return true;
    }

    @Override
    public boolean isDebugEnabled() {
      return true;
    }

    @Override
    public boolean isInfoEnabled() {
      return true;
    }

    @Override
    public boolean isWarnEnabled() {
      return true;
    }

    @Override
    public boolean isErrorEnabled() {
      return true;
    }
  }
}
