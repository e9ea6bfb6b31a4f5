package dev.freshet.http;

import java.util.List;

/** What the process says of its own health. Calls must be quick; they may be made often. */
public interface Health {
  /**
   * Why the process should be restarted, one sentence for each reason; empty if it works. A server
   * that is away is no reason: a restart would not bring it back. Is called on an event loop and
   * must not block.
   */
  List<String> whyNotLive();

  /**
   * Why no requests should be sent here now, one sentence for each reason; empty if it is ready. Is
   * called on a thread that may wait.
   */
  List<String> whyNotReady();
}
