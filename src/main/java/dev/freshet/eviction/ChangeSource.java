package dev.freshet.eviction;

import dev.freshet.change.Change;
import dev.freshet.change.History;
import dev.freshet.change.PgSnapshot;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The change log, as the write path needs it.
 *
 * <p>All methods throw {@link dev.freshet.lifecycle.ServerUnavailableException} if Postgres does
 * not answer.
 */
public interface ChangeSource {

  /**
   * What one statement saw besides rows.
   *
   * @param snapshot of the statement
   * @param floor transactions visible in it may be missing from the change log
   * @param generation of the database; empty if it has none, because it crashed, was promoted or
   *     was restored, or no chain was ever started
   * @param overflow whether the change log is or was full; as of a moment after the snapshot
   */
  record Reading(
      PgSnapshot snapshot, PgSnapshot floor, Optional<String> generation, Overflow overflow) {

    /** The same with a floor that was read later. */
    public Reading withFloor(PgSnapshot later) {
      return new Reading(snapshot, later, generation, overflow);
    }
  }

  /** What became visible between two positions, or a first part of it. */
  interface Batch extends AutoCloseable {
    Reading reading();

    /** The position that has been applied when all of {@link #changes()} have been. */
    PgSnapshot position();

    /** Whether there may be more to read at once. */
    boolean isCut();

    /**
     * The changes, in pieces that fit into memory; can be read once, before {@link #close()}. A
     * transaction is never split over two batches, but may be over pieces.
     */
    Iterator<List<Change>> changes();

    @Override
    void close();
  }

  /**
   * Reads the database's identity.
   *
   * @throws dev.freshet.lifecycle.ServerUnavailableException also if the server is a standby, where
   *     visibility cannot be decided and nothing be written
   */
  History history();

  /** Reads no rows, only what the statement sees. */
  Reading look();

  /** Reads what became visible since a position. */
  Batch read(PgSnapshot since);

  /**
   * Whether every transaction has ended whose rows the change log lacks, but for those that found
   * it full after the last {@link #look} or {@link #read} that found it open: those that wrote
   * nothing because it was full, and those that were prepared when a crash emptied it.
   */
  boolean haveUnloggedWritersEnded();

  /** The generation of the database; given to it now if it has none. */
  String ensureGeneration();

  /** What the watches' ids mean. */
  WatchRules watchRules();

  /** Keeps a lazy copy of a chain's position, for emptying slots and for people. */
  void keepPosition(String chain, PgSnapshot position);
}
