package dev.freshet.eviction;

import dev.freshet.change.History;

/**
 * Says that the chain in Redis is another database's, so that taking it over must be on purpose.
 */
public final class OtherDatabaseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OtherDatabaseException(History chain, History database) {
    super(
        "the chain in Redis belongs to database `%s` of the cluster %s, but this is `%s` of %s; give this one another redis.namespace, or start once with --adopt to take the chain over"
            .formatted(chain.database(), chain.system(), database.database(), database.system()));
  }
}
