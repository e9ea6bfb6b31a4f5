package dev.freshet.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the HTTP interface listens.
 *
 * @param host a name or an address, IPv6 without brackets
 * @param port 0 for any that is free
 */
public record HttpConfig(String host, int port) {
  private static final Pattern LISTEN =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([^:\\[\\]/\\s]+)):(\\d{1,5})");

  static HttpConfig read(Section section) {
    return section
        .required("listen", HttpConfig::parse, "listen: 127.0.0.1:8080")
        .orElse(new HttpConfig("127.0.0.1", 0));
  }

  private static HttpConfig parse(String listen) {
    Matcher matcher = LISTEN.matcher(listen);
    if (!matcher.matches() || Integer.parseInt(matcher.group(3)) > 65_535) {
      throw new IllegalArgumentException(
          "`%s` is no address to listen on; write host:port, as 127.0.0.1:8080, [::1]:8080, or 0.0.0.0:8080 for all"
              .formatted(listen));
    }
    String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    return new HttpConfig(host, Integer.parseInt(matcher.group(3)));
  }

  /** As it is written, {@code host:port}. */
  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
