package dev.freshet.daemon;

import dev.freshet.eviction.EvictionLoop;
import dev.freshet.eviction.LoopStatus;
import dev.freshet.eviction.LoopStatus.Phase;
import dev.freshet.http.Health;
import java.util.List;

/** The daemon's health, from what its loop is doing. */
record LoopHealth(EvictionLoop loop, Thread loopThread) implements Health {

  @Override
  public List<String> whyNotLive() {
    return loopThread.isAlive() || loopThread.getState() == Thread.State.NEW
        ? List.of()
        : List.of("the eviction loop has ended");
  }

  @Override
  public List<String> whyNotReady() {
    LoopStatus status = loop.status();
    return status.isReady() || status.phase() == Phase.STANDBY
        ? List.of()
        : List.of(
            "%s: %s"
                .formatted(
                    status.phase().name().toLowerCase(java.util.Locale.ROOT), status.detail()));
  }
}
