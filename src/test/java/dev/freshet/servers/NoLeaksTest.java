package dev.freshet.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@link NoLeaks} finds, shown on tests that run only from within these. */
class NoLeaksTest {
  private static final String INNER = "freshet.test.inner";
  private static final Logger LOG = LoggerFactory.getLogger("dev.freshet.inner");
  private static final CountDownLatch END = new CountDownLatch(1);

  @Test
  void anUnexpectedWarningFailsItsTest() {
    assertThat(failures(Warns.class))
        .singleElement()
        .asString()
        .contains("logged: WARN dev.freshet.inner: disk is full 7 / ")
        .contains("IllegalStateException: why");
  }

  @Test
  void anExpectedWarningDoesNot() {
    assertThat(failures(WarnsAsExpected.class)).isEmpty();
  }

  @Test
  void aWarningBesidesTheExpectedOneDoes() {
    assertThat(failures(WarnsMoreThanExpected.class))
        .singleElement()
        .asString()
        .contains("second")
        .doesNotContain("first");
  }

  @Test
  void whatADriverLogsThroughTheJdkCountsToo() {
    assertThat(failures(WarnsThroughTheJdk.class)).singleElement().asString().contains("old way");
  }

  @Test
  void aThreadThatIsLeftBehindFailsItsTest() {
    try {
      assertThat(failures(LeavesThreads.class))
          .singleElement()
          .asString()
          .contains("left behind:")
          .contains("left-alive")
          .contains("freshet-left-1")
          .doesNotContain("a-daemon");
    } finally {
      END.countDown();
    }
  }

  private static List<Throwable> failures(Class<?> inner) {
    System.setProperty(INNER, "on");
    PrintStream stderr = System.err;
    System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    try {
      return EngineTestKit.engine("junit-jupiter")
          .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "true")
          .selectors(selectClass(inner))
          .execute()
          .allEvents()
          .finished()
          .stream()
          .map(event -> event.getRequiredPayload(TestExecutionResult.class))
          .flatMap(result -> result.getThrowable().stream())
          .toList();
    } finally {
      System.setErr(stderr);
      System.clearProperty(INNER);
    }
  }

  @EnabledIfSystemProperty(named = INNER, matches = "on")
  static class Warns {
    @Test
    void warns() {
      LOG.warn("disk is full {}", 7, new IllegalStateException("why"));
    }
  }

  @EnabledIfSystemProperty(named = INNER, matches = "on")
  static class WarnsAsExpected {
    @Test
    @ExpectedLog("is full")
    void warns() {
      LOG.warn("disk is full");
    }
  }

  @ExpectedLog("first")
  @EnabledIfSystemProperty(named = INNER, matches = "on")
  static class WarnsMoreThanExpected {
    @Test
    @ExpectedLog("other")
    @ExpectedLog("another")
    void warns() {
      LOG.warn("first");
      LOG.error("second");
    }
  }

  @EnabledIfSystemProperty(named = INNER, matches = "on")
  static class WarnsThroughTheJdk {
    @Test
    void warns() {
      java.util.logging.Logger.getLogger("driver").warning("the old way");
    }
  }

  @EnabledIfSystemProperty(named = INNER, matches = "on")
  static class LeavesThreads {
    @Test
    void leaves() {
      start("left-alive", false);
      start("freshet-left-1", true);
      start("a-daemon", true);
    }

    private static void start(String name, boolean isDaemon) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  END.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              },
              name);
      thread.setDaemon(isDaemon);
      thread.start();
    }
  }
}
