package dev.freshet.change;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row of the change log.
 *
 * @param xid the transaction that changed something
 * @param watchId which watch logged it
 * @param keys up to 1,000 texts of the watch's {@code by} values; null says <em>the whole view</em>
 * @param keyless how many changed rows had no key, because a key column is NULL
 * @param ageMs how long before the read the row was written, in milliseconds by the server's clock
 */
public record Change(long xid, int watchId, @Nullable List<String> keys, int keyless, long ageMs) {

  public Change {
    keys = keys == null ? null : List.copyOf(keys);
  }

  /** Whether this says that the whole view changed. */
  public boolean isWholeView() {
    return keys == null;
  }
}
