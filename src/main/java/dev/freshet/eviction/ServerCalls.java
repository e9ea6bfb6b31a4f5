package dev.freshet.eviction;

import dev.freshet.lifecycle.ServerUnavailableException.Server;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Tells the listener how long calls to servers take. */
record ServerCalls(EvictionListener listener, LongSupplier nanoTime) {

  /** Makes a call; one that throws is told as well. */
  <T> T time(Server server, Supplier<T> call) {
    long beganNanos = nanoTime.getAsLong();
    try {
      return call.get();
    } finally {
      listener.waited(server, Duration.ofNanos(nanoTime.getAsLong() - beganNanos));
    }
  }
}
