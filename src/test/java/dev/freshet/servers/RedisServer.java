package dev.freshet.servers;

/**
 * A Redis that a test can break. Its port survives stops and kills; it writes to disk only when it
 * is told to.
 */
public interface RedisServer extends AutoCloseable {
  String host();

  int port();

  /** Starts the server again with what it saved last. */
  void start();

  /** Starts the server again with nothing in it. */
  void startEmpty();

  /** Saves what the server holds, and stops it. */
  void stop();

  /** Stops the server; what was saved before stays as it was. */
  void stopWithoutSaving();

  /** Ends the server at once, with SIGKILL. */
  void kill();

  /** Stops time for the server: connections stay open, nothing is answered. */
  void pause();

  /** Ends a pause. */
  void resume();

  /** What the server saved last, as an RDB file. */
  byte[] rdb();

  /**
   * Replaces what the server saved last. Only while it is stopped.
   *
   * @param rdb an RDB file, as {@link #rdb()} returned it some time ago
   */
  void restore(byte[] rdb);

  /** Ends the server and deletes its data. */
  @Override
  void close();

  /** The address of one of the server's logical databases. */
  default String url(int database) {
    return "redis://%s:%d/%d".formatted(host(), port(), database);
  }

  /** The address of logical database 0. */
  default String url() {
    return url(0);
  }
}
