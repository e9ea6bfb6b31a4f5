package dev.freshet.eviction;

import dev.freshet.lifecycle.ServerUnavailableException;
import java.util.Locale;

/** What the loop makes of an exception that stopped it. */
final class LoopFailure {
  private LoopFailure() {}

  /** Whether it may happen in operation, so that its message says all. */
  static boolean isForeseen(RuntimeException e) {
    return e instanceof ServerUnavailableException
        || e instanceof UnknownWatchException
        || e instanceof OtherDatabaseException
        || e instanceof OldPrimaryException;
  }

  /** The label {@code kind} that it is counted under. */
  static String kindOf(RuntimeException e) {
    return e instanceof ServerUnavailableException outage
        ? outage.server().name().toLowerCase(Locale.ROOT) + "_away"
        : "eviction";
  }
}
