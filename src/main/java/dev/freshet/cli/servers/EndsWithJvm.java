package dev.freshet.cli.servers;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What ends when the JVM does, last registered first.
 *
 * <p>The JVM runs its shutdown hooks all at once. What uses a local server and must end before it
 * is therefore registered here, after the server was started, instead of in a hook of its own.
 */
public final class EndsWithJvm {
  private static final Logger LOG = LoggerFactory.getLogger("freshet.servers");
  private static final Deque<Registration> REGISTRATIONS = new ArrayDeque<>();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(EndsWithJvm::endAll, "freshet-servers-end"));
  }

  private EndsWithJvm() {}

  /** Something registered; closing this takes it back, without ending it. */
  public static final class Registration implements AutoCloseable {
    private final String name;
    private final Runnable end;

    private Registration(String name, Runnable end) {
      this.name = name;
      this.end = end;
    }

    @Override
    public void close() {
      synchronized (REGISTRATIONS) {
        REGISTRATIONS.remove(this);
      }
    }
  }

  /**
   * Registers something.
   *
   * @param name what it is, for the log
   * @param end ends it; runs in the JVM's shutdown
   */
  public static Registration register(String name, Runnable end) {
    Registration registration = new Registration(name, end);
    synchronized (REGISTRATIONS) {
      REGISTRATIONS.push(registration);
    }
    return registration;
  }

  private static void endAll() {
    while (true) {
      Registration next;
      synchronized (REGISTRATIONS) {
        next = REGISTRATIONS.poll();
      }
      if (next == null) {
        return;
      }
      try {
        next.end.run();
      } catch (RuntimeException e) {
        LOG.warn("{} did not end with the JVM", next.name, e);
      }
    }
  }
}
