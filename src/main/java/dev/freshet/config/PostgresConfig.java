package dev.freshet.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The database whose changes Freshet follows.
 *
 * @param url for JDBC, without credentials
 * @param user who owns schema {@code freshet}
 * @param password null if the server asks for none
 * @param chosenDoorbell when writers wake the daemon; null if the file does not say
 * @param retention how long every row of the change log is kept after it was applied
 * @param changeLogBytesMax how large the change log may become before triggers write no more to it
 * @param poolSize how many connections there are, besides the one that listens
 * @param loadDeadline when a load is cancelled
 * @param connectTimeout how long one attempt to connect may take
 */
public record PostgresConfig(
    String url,
    String user,
    @Nullable Secret password,
    @Nullable DoorbellMode chosenDoorbell,
    Duration retention,
    long changeLogBytesMax,
    int poolSize,
    Duration loadDeadline,
    Duration connectTimeout) {
  /** The empty ring takes a quarter of it. */
  private static final long CHANGE_LOG_BYTES_MIN = 1L << 20;

  private static final long CHANGE_LOG_BYTES_DEFAULT = 8L << 30;

  private static final String URL_EXAMPLE = "jdbc:pgsql://127.0.0.1:5432/shop";

  /**
   * @throws IllegalArgumentException if the URL is none of {@code jdbc:pgsql:}
   */
  public PostgresConfig {
    PostgresUrl.parse(url);
  }

  static PostgresConfig read(Section section) {
    boolean isPlaintextAllowed = section.orDefault("allow-plaintext", Values::trueOrFalse, false);
    return new PostgresConfig(
        section
            .required("url", url -> checked(url, isPlaintextAllowed), "url: " + URL_EXAMPLE)
            .orElse(URL_EXAMPLE),
        section.required("user", Values::text, "user: freshet").orElse(""),
        section.optional("password", text -> new Secret(Values.text(text))).orElse(null),
        section.optional("doorbell", Values.oneOf(DoorbellMode.class)).orElse(null),
        section.orDefault("retention", Values::duration, Duration.ofHours(1)),
        section.orDefault(
            "change-log-max", Values.bytes(CHANGE_LOG_BYTES_MIN), CHANGE_LOG_BYTES_DEFAULT),
        section.orDefault("pool-size", Values.wholeNumber(1, 1_000), 8),
        section.orDefault("load-deadline", Values::duration, Duration.ofSeconds(5)),
        section.orDefault("connect-timeout", Values::duration, Duration.ofSeconds(10)));
  }

  private static String checked(String text, boolean isPlaintextAllowed) {
    PostgresUrl url = PostgresUrl.parse(text);
    if (!url.isEncrypted() && !url.isLoopback() && !isPlaintextAllowed) {
      throw new IllegalArgumentException(
          "sends the password and all data unencrypted to another host; add ?ssl.mode=verify-full, or set postgres.allow-plaintext: true");
    }
    return text;
  }

  /** When writers wake the daemon: as the file says, or only while the daemon sleeps. */
  public DoorbellMode doorbell() {
    return chosenDoorbell == null ? DoorbellMode.DOORBELL : chosenDoorbell;
  }

  /** A name or an address, IPv6 without brackets. */
  public String host() {
    return PostgresUrl.parse(url).host();
  }

  public int port() {
    return PostgresUrl.parse(url).port();
  }

  public String database() {
    return PostgresUrl.parse(url).database();
  }
}
