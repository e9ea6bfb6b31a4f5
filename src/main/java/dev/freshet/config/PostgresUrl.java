package dev.freshet.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parts of {@code jdbc:pgsql://host:port/database?parameters}.
 *
 * @param host a name or an address, IPv6 without brackets
 * @param database not empty
 * @param isEncrypted whether the server's certificate and name are verified ({@code
 *     ssl.mode=verify-full}); the modes between that and none protect from nobody on the way
 */
record PostgresUrl(String host, int port, String database, boolean isEncrypted) {
  private static final String FORM = "write jdbc:pgsql://host:port/database";

  /** What the driver reads of a URL, but for several hosts, sockets and escapes. */
  private static final Pattern URL =
      Pattern.compile(
          "jdbc:pgsql://(?:\\[(?<v6>[0-9a-f:]+)]|(?<host>[A-Za-z0-9.-]+))(?::(?<port>\\d{1,5}))?"
              + "/(?<database>[^/?#&%+\\s]+)(?:\\?(?<query>[^#\\s]*))?");

  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|::1|0:0:0:0:0:0:0:1");

  private static final String SSL_MODE = "ssl.mode";
  private static final List<String> PARAMETERS =
      List.of(SSL_MODE, "ssl.ca.certificate.file", "ssl.certificate.file", "ssl.key.file");

  /**
   * Reads the URL. No message holds a part of it, but for the names of parameters.
   *
   * @throws IllegalArgumentException if it is another driver's, does not name one host and a
   *     database, holds credentials, or a parameter that Freshet does not leave to its user
   */
  static PostgresUrl parse(String url) {
    if (!url.startsWith("jdbc:pgsql://")) {
      throw new IllegalArgumentException("is no URL of the driver pgjdbc-ng; " + FORM);
    }
    if (url.contains("@")) {
      throw new IllegalArgumentException(
          "holds credentials; write them as postgres.user and postgres.password");
    }
    Matcher matcher = URL.matcher(url);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "does not name one host (letters, digits, `-`, `.`, or [IPv6 address]) and a database; "
              + FORM);
    }
    int port = matcher.group("port") == null ? 5432 : Integer.parseInt(matcher.group("port"));
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("has a port that is none; write one from 1 to 65535");
    }
    String query = matcher.group("query");
    return new PostgresUrl(
        matcher.group("host") == null ? matcher.group("v6") : matcher.group("host"),
        port,
        matcher.group("database"),
        isEncrypted(parameters(query == null ? "" : query)));
  }

  private static Map<String, String> parameters(String query) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String parameter : query.isEmpty() ? new String[0] : query.split("&", -1)) {
      String[] parts = parameter.split("=", -1);
      if (!PARAMETERS.contains(parts[0]) || parts.length != 2) {
        throw new IllegalArgumentException(
            "has a parameter that is not among %s, each with one `=`; other settings are keys of `postgres`"
                .formatted(String.join(", ", PARAMETERS)));
      }
      if (parameters.put(parts[0], parts[1]) != null) {
        throw new IllegalArgumentException(
            "has the parameter `%s` twice; keep one".formatted(parts[0]));
      }
    }
    return parameters;
  }

  private static boolean isEncrypted(Map<String, String> parameters) {
    return switch (parameters.getOrDefault(SSL_MODE, "disable")) {
      case "disable" -> false;
      case "verify-full" -> true;
      default ->
          throw new IllegalArgumentException(
              "has an ssl.mode that does not verify the server; write ssl.mode=verify-full, or ssl.mode=disable on the same host");
    };
  }

  /** Whether the server is on this very host, so that nobody else can listen in. */
  boolean isLoopback() {
    return LOOPBACK.matcher(host).matches();
  }
}
