package dev.freshet.cli.bench;

import dev.freshet.postgres.Session;

/** One way of keeping Redis fresh, on a database of its own. */
interface Side extends AutoCloseable {
  /** Its name in the report. */
  String name();

  /** The table whose changes it follows. */
  ImageTable table();

  /** The cache key of an image. */
  String cacheKey(String imageId);

  /** Puts an image's features into Redis, and returns when they are there. */
  void fill(String imageId);

  /** Opens a session that writes to the table. */
  Session newWriter();

  /**
   * Says so if this side has stopped working.
   *
   * @throws IllegalStateException with the reason
   */
  void check();

  @Override
  void close();
}
