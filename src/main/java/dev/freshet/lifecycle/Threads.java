package dev.freshet.lifecycle;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Names the threads that a part starts, so that a thread dump says whose they are. */
public final class Threads {
  private Threads() {}

  /** Daemon threads named {@code freshet-role-1}, {@code freshet-role-2}, … */
  public static ThreadFactory named(String role) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, "freshet-" + role + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
