package dev.freshet.loading;

import java.util.List;

/** Keys of the cache drawn at random. */
public interface KeySample {

  /**
   * Draws some keys, each independently of the others; whosever they are, so that a view's must be
   * picked out.
   *
   * @param count how many; there are fewer if the cache is empty
   * @throws dev.freshet.lifecycle.ServerUnavailableException if the cache does not answer
   */
  List<String> draw(int count);
}
