package dev.freshet.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RedisConnectionsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "redis://cache|cache:6379",
        "redis://cache:7000/3|cache:7000 database 3",
        "redis://app:s3cret@cache:7000|cache:7000",
        "rediss://:s3cret@cache|cache:6379",
        "redis-sentinel://s3cret@a:26379,b:26380/2#main|"
            + "a:26379,b:26380 (sentinels of main) database 2"
      })
  void theAddressNamesTheServerAndNeverAPassword(String url, String address) {
    try (RedisConnections connections = new RedisConnections(url, Duration.ofSeconds(1))) {
      assertThat(connections.address()).isEqualTo(address);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cache:6379",
        "http://:s3cret@cache",
        "redis://:s3cret%@cache",
        "redis://:s3cret@cache/zero",
        "redis://",
        "redis-sentinel://s3cret@a:26379",
        "redis://:s3cret@cache?verifyPeer=s3cret"
      })
  void anUnreadableUrlIsRefusedWithoutRepeatingIt(String url) {
    assertThatThrownBy(() -> new RedisConnections(url, Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the Redis URL ")
        .hasMessageNotContaining("s3cret")
        .hasNoCause();
  }
}
