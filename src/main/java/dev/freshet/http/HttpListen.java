package dev.freshet.http;

/**
 * Where the HTTP interface listens, and how much it takes on at once.
 *
 * @param host a name or an address of this machine
 * @param port 1 to 65535, or 0 for any free one
 * @param bounds on all requests together; unless said otherwise, what this JVM's heap has room for
 */
public record HttpListen(String host, int port, HttpBounds bounds) {
  public HttpListen {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("the port %d is not 0 to 65535".formatted(port));
    }
  }

  public HttpListen(String host, int port) {
    this(host, port, HttpBounds.forHeap(Runtime.getRuntime().maxMemory()));
  }

  /** As in a URL: {@code host:port}, an IPv6 address in brackets. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host) + ":" + port;
  }
}
