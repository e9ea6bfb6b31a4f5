package dev.freshet.http;

/**
 * What the HTTP interface takes on at once, all requests together.
 *
 * @param keysInFlightMax keys that are asked for and not answered: one for a request, as many as it
 *     has for a batch; further requests are refused
 * @param bodyBytesInFlightMax of the bodies of unanswered requests; further bodies are refused
 * @param connectionsMax further connections are closed as soon as they are opened
 */
public record HttpBounds(int keysInFlightMax, int bodyBytesInFlightMax, int connectionsMax) {
  static final int KEYS_IN_FLIGHT_MAX = 20_000;
  static final int CONNECTIONS_MAX = 10_000;

  /**
   * A connection with a request that waits takes about 10 KiB: all together a third of the heap.
   */
  static final int HEAP_BYTES_PER_CONNECTION = 32 << 10;

  /** A body is held as bytes, as a tree and as keys, though not all of it at once. */
  static final int HEAP_BYTES_PER_BODY_BYTE = 24;

  public HttpBounds {
    if (keysInFlightMax < 1 || bodyBytesInFlightMax < 1 || connectionsMax < 1) {
      throw new IllegalArgumentException("the HTTP interface's bounds are at least 1");
    }
  }

  /**
   * What fits beside everything else.
   *
   * @param bytes the heap's largest size
   */
  static HttpBounds forHeap(long bytes) {
    return new HttpBounds(
        KEYS_IN_FLIGHT_MAX,
        (int)
            Math.max(
                BodyReader.BYTES_MAX,
                Math.min(Integer.MAX_VALUE, bytes / HEAP_BYTES_PER_BODY_BYTE)),
        (int) Math.max(1, Math.min(CONNECTIONS_MAX, bytes / HEAP_BYTES_PER_CONNECTION)));
  }
}
