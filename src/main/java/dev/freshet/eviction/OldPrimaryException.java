package dev.freshet.eviction;

import dev.freshet.change.History;

/** Says that this server was left behind by a promotion: writing for it would be wrong. */
public final class OldPrimaryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OldPrimaryException(History chain, History database) {
    super(
        "the chain in Redis is on timeline %d, but this server is on %d: it was replaced by a promotion; nothing is written for it"
            .formatted(chain.timeline(), database.timeline()));
  }
}
