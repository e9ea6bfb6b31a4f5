package dev.freshet.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parts of {@code redis://[user:password@]host[:port][/database]}, of {@code rediss://} and of
 * {@code redis-sentinel://[user:password@]host[:port],host[:port]…[/database]#name}.
 *
 * @param scheme one of the three
 * @param hosts with their ports, as written
 * @param tail database and name of the primary, as written, each with its sign; may be empty
 */
record RedisUrl(String scheme, String hosts, String tail) {
  private static final String FORM =
      "write redis://host:port/database, rediss://… or redis-sentinel://host:port,host:port/database#name, with %-escapes for special characters in a password";

  private static final String HOST = "(?:\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(?::\\d{1,5})?";
  private static final Pattern URL =
      Pattern.compile(
          "(?<scheme>redis|rediss|redis-sentinel)://(?:[^@/?#\\s]*@)?"
              + ("(?<hosts>" + HOST + "(?:," + HOST + ")*)")
              + "(?<tail>/?|/\\d{1,5})(?<name>#[A-Za-z0-9._-]+)?");

  /**
   * Reads the URL. No message holds a part of it.
   *
   * @throws IllegalArgumentException if it is not of one of these forms
   */
  static RedisUrl parse(String url) {
    Matcher matcher = URL.matcher(url);
    if (!matcher.matches() || !portsAreValid(matcher.group("hosts"))) {
      throw new IllegalArgumentException("is no URL of a Redis that Freshet reads; " + FORM);
    }
    boolean isSentinel = matcher.group("scheme").equals("redis-sentinel");
    String name = matcher.group("name");
    if (isSentinel && name == null) {
      throw new IllegalArgumentException(
          "does not name the primary that the sentinels watch; end it with #name");
    }
    if (!isSentinel && (name != null || matcher.group("hosts").contains(","))) {
      throw new IllegalArgumentException(
          "names several hosts or a primary, as only redis-sentinel:// does; " + FORM);
    }
    return new RedisUrl(
        matcher.group("scheme"),
        matcher.group("hosts"),
        matcher.group("tail") + (name == null ? "" : name));
  }

  private static boolean portsAreValid(String hosts) {
    Matcher ports = Pattern.compile(":(\\d{1,5})(?:,|$)").matcher(hosts);
    while (ports.find()) {
      int port = Integer.parseInt(ports.group(1));
      if (port < 1 || port > 65_535) {
        return false;
      }
    }
    return true;
  }

  /** The URL without its credentials. */
  @Override
  public String toString() {
    return scheme + "://" + hosts + tail;
  }
}
