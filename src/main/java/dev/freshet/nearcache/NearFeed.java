package dev.freshet.nearcache;

import java.util.List;

/** Is told what happens to the chain, in the order in which Redis did it. */
public interface NearFeed {
  /**
   * Cache keys were deleted, or given another record.
   *
   * @param expected the text of the link that was there
   * @param next the text of the link that was left
   * @param isViewRenewed whether a view got a new epoch, so that more than these keys is meant
   */
  void evicted(String expected, String next, boolean isViewRenewed, List<String> cacheKeys);

  /**
   * Redis was confirmed to be up to date.
   *
   * @param link the text of the link that is there
   * @param untilNanos until when that can be relied on, by the clock of {@link System#nanoTime}
   */
  void beat(String link, long untilNanos);

  /** Something may have been missed. */
  void broke();
}
