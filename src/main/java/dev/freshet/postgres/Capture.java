package dev.freshet.postgres;

import dev.freshet.eviction.RingMode;
import java.util.Optional;

/** What a trigger function takes from the rows that changed: pieces of its text. */
interface Capture {

  /**
   * The statement that writes the rows of the change log for a statement that changed a few rows at
   * most, rings, and sets {@code written} to how many it wrote: 0 if nothing changed, more than
   * {@link PrimaryKeyCapture#FEW} if not all were written. It is not protected from errors.
   *
   * @param slot to write to
   * @return nothing if that takes more than one statement
   */
  default Optional<String> ofFewRows(int slot, int watchId, RingMode mode) {
    return Optional.empty();
  }

  /**
   * Sets {@code old_key} and {@code new_key}, or {@code is_whole_view}, or fails: with
   * no_data_found if nothing changed, with too_many_rows if more than one row did. Whatever else it
   * fails with is caught too.
   */
  String ofOneRow();

  /** Sets {@code row_count} and {@code chunk_count} for a statement that changed many rows. */
  String countOfManyRows();

  /** Writes the log rows of a statement that changed more than one row. */
  String ofManyRows(int watchId);
}
