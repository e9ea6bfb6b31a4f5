package dev.freshet.eviction;

import dev.freshet.lifecycle.ServerUnavailableException.Server;
import java.time.Duration;

/** Is told what the write path does. Calls must be cheap and never throw. */
public interface EvictionListener {
  /**
   * Something waits to be applied, or nothing does any more.
   *
   * @param backlogAge of the oldest row that waits; if rows cannot be read, since when a change may
   *     be waiting; zero if none waits
   * @param backlogRows how many rows are known to wait
   */
  default void backlog(Duration backlogAge, long backlogRows) {}

  /**
   * A row of the change log has been applied.
   *
   * @param sinceWritten from the row's writing in the writer's transaction to its keys' deletion
   */
  default void applied(String view, Duration sinceWritten) {}

  /** So many rows were changed whose key is NULL, so that no entity depends on them; often 0. */
  default void keyless(String view, int rows) {}

  /**
   * Keys were sent for deletion.
   *
   * @param planned how many
   * @param existed how many of them Redis held
   */
  default void evicted(int planned, long existed) {}

  /** A call to a server has ended; it took so long. */
  default void waited(Server server, Duration took) {}

  /** A view's every record was deleted. */
  default void swept(String view, long deleted, Duration took) {}

  /** A chain was started anew. */
  default void newChain(NewChain why) {}

  /** The doorbell woke the daemon. */
  default void rang() {}

  /** The daemon looked into the change log without having been rung. */
  default void polled() {}

  /** The daemon has confirmed that Redis is up to date. */
  default void beat() {}

  /** Whether views are not cached because changes are missing from the change log. */
  default void changeLogFull(boolean isFull) {}

  /** Another writer's link was found in Redis. */
  default void linkLost() {}

  /** A step failed and will be tried again. */
  default void failed(String kind) {}

  /** Why a chain was started anew. */
  enum NewChain {
    /** Redis holds no link, or a part of the chain is missing. */
    NO_LINK,
    /** The first sweep of a new chain did not end. */
    SWEEP_CUT_SHORT,
    /** The change log no longer holds all rows after the link's position. */
    TOO_OLD,
    /** The link's position is ahead of the database. */
    FOREIGN,
    /** The database crashed, was promoted or was restored: commits may have been lost. */
    OTHER_GENERATION,
    /** The link is another database's, and that was said to be on purpose. */
    ADOPTED,
    /** The change log became full, or has room again: changes are missing from it. */
    OVERFLOW
  }
}
