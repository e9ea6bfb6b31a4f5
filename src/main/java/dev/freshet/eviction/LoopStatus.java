package dev.freshet.eviction;

import dev.freshet.change.PgSnapshot;
import java.util.Optional;

/**
 * What the eviction loop is doing.
 *
 * @param detail why, if it is not active; else the views that are not as they should be, if any
 * @param position how far the change log has been applied, once known
 */
public record LoopStatus(Phase phase, String detail, Optional<PgSnapshot> position) {

  /** What the loop can be doing. */
  public enum Phase {
    STARTING,
    ACTIVE,
    /** Another daemon leads this chain. */
    STANDBY,
    /** Something failed and is tried again. */
    RETRYING,
    STOPPED
  }

  static final LoopStatus STARTING = new LoopStatus(Phase.STARTING, "starting", Optional.empty());

  /** Whether changes are being applied and every view is as configured. */
  public boolean isReady() {
    return phase == Phase.ACTIVE && detail.isEmpty();
  }

  /** Another phase at the same position. */
  LoopStatus in(Phase other, String why) {
    return new LoopStatus(other, why, position);
  }
}
