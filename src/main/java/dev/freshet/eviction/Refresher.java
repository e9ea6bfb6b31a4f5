package dev.freshet.eviction;

import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * Loads changed entities anew, under leases that the chain has put into their keys.
 *
 * <p>With the lease the entity is evicted already. Nothing depends on its refresh: a key whose load
 * fails, or is given up, is empty when its lease has ended.
 */
public interface Refresher {
  /** Has no room, so that what changes is evicted. */
  Refresher NONE =
      new Refresher() {
        @Override
        public int room() {
          return 0;
        }

        @Override
        public Duration leaseTime() {
          return Duration.ZERO;
        }

        @Override
        public void refresh(Leased leased, String generation, String epoch) {
          throw new IllegalStateException("there was no room for " + leased.key());
        }
      };

  /** How many keys can be given to it now; never more than it can hold until they are loaded. */
  int room();

  /** How long its leases last. */
  Duration leaseTime();

  /**
   * Loads an entity by a statement that is sent after this call, and fills its key.
   *
   * @param generation of the chain when the lease was put there
   * @param epoch of the view then, as the chain holds it
   */
  void refresh(Leased leased, String generation, String epoch);

  /**
   * A cache key that holds a lease of the daemon.
   *
   * @param token of the lease
   * @param keepMsMax how long the value that the key held would still have been kept, in
   *     milliseconds: a new one is kept no longer, so that what nobody reads goes at last; empty if
   *     that is not known
   */
  record Leased(FeatureView view, EntityKey key, ByteBuffer token, OptionalLong keepMsMax) {}
}
