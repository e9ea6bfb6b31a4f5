package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.servers.FreshetProcess;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import dev.freshet.servers.TlsProxy;
import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code rediss://}: the certificate is that of the host, and somebody trusted vouches for it. */
@ExtendWith(NoLeaks.class)
class RedisTlsIT {
  @TempDir private Path certificates;
  @TempDir private Path directory;

  private RedisURI redis;
  private TestDatabase database;
  private Shop shop;

  @BeforeEach
  void prepare() throws SQLException {
    String url = TestServers.redisUrl();
    redis = RedisURI.create(url);
    database = TestServers.database();
    shop = new Shop(database, url);
    shop.migrate(shop.config());
  }

  @AfterEach
  void close() throws SQLException {
    shop.close();
    database.close();
  }

  private TlsProxy proxyOf(String certifiedHost) throws IOException {
    return new TlsProxy(certificates, certifiedHost, redis.getHost(), redis.getPort());
  }

  private FreshetProcess run(TlsProxy tls, List<String> jvmOptions) throws IOException {
    String url = "rediss://127.0.0.1:%d/%d".formatted(tls.port(), redis.getDatabase());
    String yaml = shop.yaml().replaceFirst("redis://\\S+", url);
    return FreshetProcess.start(directory, yaml, jvmOptions, Map.of());
  }

  @Test
  void valuesAreCachedAndEvictedOverTls() throws Exception {
    try (TlsProxy tls = proxyOf("ip:127.0.0.1");
        FreshetProcess daemon = run(tls, tls.trustingOptions())) {
      daemon.awaitReady();
      assertThat(daemon.get("/v1/views/items/features/1").body()).isEqualTo("0");
      assertThat(shop.holds("item:1")).isTrue();
      shop.execute("UPDATE items SET value = 1 WHERE id = 1");
      shop.awaitGone("item:1");
      assertThat(daemon.get("/v1/views/items/features/1").body()).isEqualTo("1");
    }
  }

  @Test
  void aCertificateThatNobodyVouchesForIsRefusedAndTheReasonTold() throws Exception {
    try (TlsProxy tls = proxyOf("ip:127.0.0.1");
        FreshetProcess daemon = run(tls, List.of())) {
      Shop.soon().until(() -> daemon.output().contains("unable to find valid certification path"));
      assertThat(daemon.output()).contains("Redis at 127.0.0.1:" + tls.port());
    }
  }

  @Test
  void aCertificateOfAnotherHostIsRefusedAndTheReasonTold() throws Exception {
    try (TlsProxy tls = proxyOf("dns:redis.example");
        FreshetProcess daemon = run(tls, tls.trustingOptions())) {
      Shop.soon().until(() -> daemon.output().contains("127.0.0.1 found"));
      assertThat(daemon.output()).contains("Redis at 127.0.0.1:" + tls.port());
    }
  }
}
