package dev.freshet.http;

/**
 * Where the HTTP interface listens, and how much it takes on at once.
 *
 * @param host a name or an address of this machine
 * @param port 1 to 65535, or 0 for any free one
 * @param requestsInFlightMax above so many unanswered requests further ones are refused; at least 1
 */
public record HttpListen(String host, int port, int requestsInFlightMax) {
  /** Unless said otherwise. */
  public static final int REQUESTS_IN_FLIGHT_MAX = 20_000;

  public HttpListen {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("the port %d is not 0 to 65535".formatted(port));
    }
    if (requestsInFlightMax < 1) {
      throw new IllegalArgumentException(
          "requestsInFlightMax is %d, must be at least 1".formatted(requestsInFlightMax));
    }
  }

  public HttpListen(String host, int port) {
    this(host, port, REQUESTS_IN_FLIGHT_MAX);
  }

  /** As in a URL: {@code host:port}, an IPv6 address in brackets. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host) + ":" + port;
  }
}
