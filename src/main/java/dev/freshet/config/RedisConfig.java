package dev.freshet.config;

import java.time.Duration;

/**
 * The Redis that Freshet keeps fresh.
 *
 * @param url may hold a password
 * @param namespace of Freshet's own keys, as {@code {namespace}:chain}
 * @param timeout of reads and fills
 */
public record RedisConfig(Secret url, String namespace, Duration timeout) {

  /**
   * @throws IllegalArgumentException if the URL is of none of the forms that Freshet reads
   */
  public RedisConfig {
    RedisUrl.parse(url.reveal());
  }

  static RedisConfig read(Section section) {
    return new RedisConfig(
        section
            .required("url", RedisConfig::secretUrl, "url: redis://127.0.0.1:6379/0")
            .orElse(new Secret("redis://127.0.0.1")),
        section.orDefault("namespace", RedisConfig::checkedNamespace, "freshet"),
        section.orDefault("timeout", Values::duration, Duration.ofMillis(250)));
  }

  private static Secret secretUrl(String url) {
    RedisUrl.parse(url);
    return new Secret(url);
  }

  private static String checkedNamespace(String namespace) {
    if (!namespace.matches("[A-Za-z0-9._-]{1,64}")) {
      throw new IllegalArgumentException(
          "`%s` is no namespace; write up to 64 letters, digits, `.`, `_` and `-`"
              .formatted(namespace));
    }
    return namespace;
  }

  /** The URL without its credentials, for messages and logs. */
  public String describe() {
    return RedisUrl.parse(url.reveal()).toString();
  }
}
