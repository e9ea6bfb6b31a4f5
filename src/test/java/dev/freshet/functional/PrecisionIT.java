package dev.freshet.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.codec.packed.Rounding;
import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.CacheVerification;
import dev.freshet.daemon.CacheVerification.Options;
import dev.freshet.daemon.Daemon;
import dev.freshet.daemon.DictionaryTraining;
import dev.freshet.daemon.DictionaryTraining.Outcome;
import dev.freshet.loading.Feature;
import dev.freshet.loading.Feature.Source;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A view that keeps numbers less precisely, because its configuration says so. */
@ExtendWith(NoLeaks.class)
class PrecisionIT {
  private static final String YAML =
      """
      vectors:
        key: "vector:{id}"
        load: SELECT id, name, embedding FROM public.vectors WHERE id = ANY(:id::bigint[])
        watch: [{table: public.vectors}]
        codec: packed
      """;

  private TestDatabase database;
  private Shop shop;

  @BeforeEach
  void insertVectors() throws SQLException {
    database = TestServers.database();
    shop = new Shop(database, TestServers.redisUrl());
    shop.execute(
        "CREATE TABLE vectors (id bigint PRIMARY KEY, name text, embedding float4[]); INSERT INTO vectors SELECT i, 'vector ' || i, (SELECT array_agg(sin(i * 1000 + n) * 0.1) FROM generate_series(1, 256) AS n) FROM generate_series(1, 40) AS i");
  }

  @AfterEach
  void close() throws SQLException {
    shop.close();
    database.close();
  }

  private static Feature get(Daemon daemon, String id) {
    return daemon.loader().get("vectors", id);
  }

  private long cachedBytes(Daemon daemon, String id) {
    get(daemon, id);
    assertThat(get(daemon, id).source()).isEqualTo(Source.REDIS);
    return shop.redis().strlen("vector:" + id);
  }

  @Test
  void aHitIsRoundedAMissIsNotAndVerifyKnows() throws Exception {
    FreshetConfig exact = shop.withViews(YAML);
    long exactBytes;
    try (Daemon daemon = shop.start(exact, Daemon.Options.DEFAULT)) {
      exactBytes = cachedBytes(daemon, "1");
    }
    FreshetConfig half = shop.withViews(YAML + "  precision: {embedding: float16}\n");
    try (Daemon daemon = shop.start(half, Daemon.Options.DEFAULT)) {
      Feature miss = get(daemon, "1");
      assertThat(miss.source()).as("another precision sweeps the view").isEqualTo(Source.POSTGRES);
      Feature hit = get(daemon, "1");
      assertThat(hit.source()).isEqualTo(Source.REDIS);
      assertThat(hit.json()).isNotEqualTo(miss.json());
      byte[] rounded =
          new Rounding(half.views().get(0).precision())
              .round(miss.json().orElseThrow().getBytes(UTF_8));
      assertThat(hit.json()).contains(new String(rounded, UTF_8));
      assertThat(cachedBytes(daemon, "2")).isLessThan(exactBytes * 13 / 20);

      CacheVerification.Outcome verified =
          CacheVerification.run(
              half,
              half.views().get(0),
              new Options(null, Duration.ofMillis(100), false),
              (part, tally) -> {},
              stale -> {});
      assertThat(verified.tally().compared()).isEqualTo(2);
      assertThat(verified.isGood()).isTrue();
    }
    try (Daemon daemon = shop.start(exact, Daemon.Options.DEFAULT)) {
      Feature miss = get(daemon, "1");
      assertThat(miss.source()).isEqualTo(Source.POSTGRES);
      assertThat(cachedBytes(daemon, "1")).isEqualTo(exactBytes);
    }
  }

  @Test
  void aTrainingReportsWhatIsLost() {
    FreshetConfig config = shop.withViews(YAML + "  precision: {embedding: int8}\n");
    shop.migrate(config);
    Outcome outcome =
        DictionaryTraining.run(
            config, config.views().get(0), 100, false, DictionaryTraining.ProgressListener.NONE);
    assertThat(outcome.losses())
        .singleElement()
        .satisfies(
            loss -> {
              assertThat(loss.numbers()).isEqualTo(40 * 256);
              assertThat(loss.kept()).isZero();
              assertThat(loss.largest()).isBetween(0.0999, 0.1001);
              assertThat(loss.largestError()).isBetween(1e-5, 0.008 * 0.1);
            });
  }
}
