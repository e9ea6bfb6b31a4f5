package dev.freshet.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ServerInfoTest {

  @Test
  void theFieldsAreReadWhateverTheLineEnds() {
    ServerInfo info =
        ServerInfo.parse(
            "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\nrun_id:ab12\n");

    assertThat(info).isEqualTo(new ServerInfo("ab12", "7.0.15", "", false));
  }

  @Test
  void aClusterNodeSaysSo() {
    assertThat(ServerInfo.parse("redis_mode:cluster\r\n").isCluster()).isTrue();
    assertThat(ServerInfo.parse("server_mode:cluster\r\n").isCluster()).as("a Valkey").isTrue();
  }

  @Test
  void scriptFlagsAreKnownSinceRedis7() {
    assertThat(version("6.2.11").knowsScriptFlags()).isFalse();
    assertThat(version("7.0.0").knowsScriptFlags()).isTrue();
    assertThat(version("10.1").knowsScriptFlags()).isTrue();
    assertThat(version("255").knowsScriptFlags()).isTrue();
    assertThat(version("").knowsScriptFlags()).isFalse();
    assertThat(version("unstable").knowsScriptFlags()).isFalse();
  }

  @Test
  void setIfEqualIsKnownSinceRedis84AndValkey81() {
    assertThat(version("8.2.9").knowsSetIfEqual()).isFalse();
    assertThat(version("8.4.0").knowsSetIfEqual()).isTrue();
    assertThat(version("9").knowsSetIfEqual()).isTrue();
    assertThat(valkey("8.0.6").knowsSetIfEqual()).isFalse();
    assertThat(valkey("8.1.1").knowsSetIfEqual()).isTrue();
  }

  private static ServerInfo valkey(String version) {
    return ServerInfo.parse(
        "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:%s\r\n".formatted(version));
  }

  private static ServerInfo version(String version) {
    return new ServerInfo("", version, "", false);
  }
}
