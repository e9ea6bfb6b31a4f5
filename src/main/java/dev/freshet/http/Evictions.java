package dev.freshet.http;

import java.util.List;

/** The change log, as a request to evict keys needs it. */
public interface Evictions {
  /**
   * Logs that some entities changed, so that the daemon evicts their keys; returns when that is
   * committed. Blocks; is called on a thread that may wait.
   *
   * @param view the name of a view of the configuration
   * @param keys the text forms of entity keys of this view; at least one
   * @throws dev.freshet.lifecycle.ServerUnavailableException if it could not be committed
   */
  void evict(String view, List<String> keys);
}
