package dev.freshet.servers;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.read.ListAppender;
import java.lang.reflect.AnnotatedElement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.platform.commons.support.AnnotationSupport;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Fails a test that leaves threads behind, or that logs a warning or an error which it did not
 * announce with {@link ExpectedLog}.
 *
 * <p>A thread is left behind if it is still there some seconds after the test, was not before, and
 * would keep the JVM alive or is Freshet's own by its name. What a class starts for all its tests
 * is looked at after the last one. JUnit finds this extension by itself (see {@code
 * junit-platform.properties}), so that no test can forget it.
 */
public final class NoLeaks
    implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback {
  private static final Namespace NAMESPACE = Namespace.create(NoLeaks.class);
  private static final Duration THREADS_DEADLINE = Duration.ofSeconds(5);

  /** Netty's own; it ends by itself a while after its last task. */
  private static final String SELF_ENDING = "globalEventExecutor";

  /** Threads that have failed a test, so that they do not fail its class too. */
  private static final Set<Thread> REPORTED = ConcurrentHashMap.newKeySet();

  private static final ListAppender<ILoggingEvent> LOGGED = recorder();

  private static ListAppender<ILoggingEvent> recorder() {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.list = new CopyOnWriteArrayList<>();
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    appender.setContext(root.getLoggerContext());
    appender.start();
    root.addAppender(appender);
    return appender;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    rememberThreads(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    rememberThreads(context);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    check(context);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    check(context);
  }

  private static void rememberThreads(ExtensionContext context) {
    context.getStore(NAMESPACE).put(context.getUniqueId(), Thread.getAllStackTraces().keySet());
  }

  private static void check(ExtensionContext context) {
    List<String> complaints = new ArrayList<>();
    unexpectedLogs(context).forEach(log -> complaints.add("logged: " + log));
    leakedThreads(context).forEach(thread -> complaints.add("left behind: " + thread));
    if (!complaints.isEmpty()) {
      throw new AssertionError(
          "%s%n  %s".formatted(context.getDisplayName(), String.join("\n  ", complaints)));
    }
  }

  // ---- logs

  private static List<String> unexpectedLogs(ExtensionContext context) {
    List<String> expected = expected(context);
    List<ILoggingEvent> events = List.copyOf(LOGGED.list);
    LOGGED.list.removeAll(events);
    return events.stream()
        .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
        .map(NoLeaks::text)
        .filter(text -> expected.stream().noneMatch(text::contains))
        .toList();
  }

  private static String text(ILoggingEvent event) {
    StringBuilder text = new StringBuilder();
    text.append(event.getLevel()).append(' ').append(event.getLoggerName()).append(": ");
    text.append(event.getFormattedMessage());
    for (IThrowableProxy thrown = event.getThrowableProxy();
        thrown != null;
        thrown = thrown.getCause()) {
      text.append(" / ").append(thrown.getClassName()).append(": ").append(thrown.getMessage());
    }
    return text.toString();
  }

  private static List<String> expected(ExtensionContext context) {
    List<String> expected = new ArrayList<>();
    for (Optional<ExtensionContext> at = Optional.of(context);
        at.isPresent();
        at = at.get().getParent()) {
      AnnotatedElement element = at.get().getElement().orElse(null);
      AnnotationSupport.findRepeatableAnnotations(Optional.ofNullable(element), ExpectedLog.class)
          .forEach(annotation -> expected.add(annotation.value()));
    }
    return expected;
  }

  // ---- threads

  private static List<String> leakedThreads(ExtensionContext context) {
    @SuppressWarnings("unchecked")
    Set<Thread> before =
        (Set<Thread>) context.getStore(NAMESPACE).remove(context.getUniqueId(), Set.class);
    long end = System.nanoTime() + THREADS_DEADLINE.toNanos();
    List<Thread> left = newThreads(before).filter(thread -> !hasEndedBy(thread, end)).toList();
    REPORTED.addAll(left);
    return left.stream().map(NoLeaks::describe).toList();
  }

  private static boolean hasEndedBy(Thread thread, long endNanos) {
    try {
      thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }

  private static Stream<Thread> newThreads(Set<Thread> before) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .filter(thread -> !before.contains(thread) && !REPORTED.contains(thread))
        .filter(thread -> !thread.isDaemon() || thread.getName().startsWith("freshet-"))
        .filter(thread -> !thread.getName().startsWith(SELF_ENDING));
  }

  private static String describe(Thread thread) {
    return Stream.of(thread.getStackTrace())
        .limit(6)
        .map(StackTraceElement::toString)
        .collect(Collectors.joining("\n      at ", thread + "\n      at ", ""));
  }
}
