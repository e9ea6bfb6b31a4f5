package dev.freshet.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Freshet's own keys in Redis. The braces are a hash tag: one slot holds them all. */
final class ChainKeys {
  private final String namespace;
  private final int database;

  /**
   * @param database of the server, for a channel belongs to all of them
   */
  ChainKeys(String namespace, int database) {
    this.namespace = namespace;
    this.database = database;
  }

  /** The channel on which all writes to the chain are told. */
  byte[] feed() {
    return ("{" + namespace + "}:feed:" + database).getBytes(UTF_8);
  }

  /** The hash with the link, the generation, the history, and each view's epoch and definition. */
  byte[] chain() {
    return ("{" + namespace + "}:chain").getBytes(UTF_8);
  }

  /** The freshness lease. */
  byte[] fresh() {
    return ("{" + namespace + "}:fresh").getBytes(UTF_8);
  }

  /** The mirror of a view's dictionaries. */
  byte[] dictionary(String view) {
    return ("{" + namespace + "}:dictionary:" + view).getBytes(UTF_8);
  }
}
