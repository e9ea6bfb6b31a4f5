package dev.freshet.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.cli.demo.Stage.Change;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The show, on the servers of this machine. */
class DemoIT {
  private static final String TIME = " +\\d+\\.\\d m?s +";

  @Test
  void theShowTellsOfMissHitEvictionAndFreshValue() throws Exception {
    StringWriter text = new StringWriter();

    new Demo(new Demo.Options(true, 0), new Story(new PrintWriter(text), false)).run();

    assertThat(text.toString())
        .containsPattern("start +Postgres \\d+\\.\\d+ ")
        .containsPattern("start +Redis \\d+\\.\\d+\\.\\d+ ")
        .containsPattern("load +200 images, 8 stores ")
        // one image
        .containsPattern("GET +miss: from Postgres" + TIME + "[\\d,]+ bytes of JSON, \\d+ in Redis")
        .containsPattern("GET +hit: from Redis" + TIME + "feature_version is 1\\.0")
        .containsPattern("UPDATE +image_features SET feature_version = '1\\.1'\n +WHERE image_id")
        .containsPattern("commit +1 row changed" + TIME)
        .containsPattern("evicted +key is gone from Redis" + TIME)
        .containsPattern("GET +miss: fresh from Postgres" + TIME + "feature_version 1\\.0 -> 1\\.1")
        // one catalog
        .contains("114 rows of three tables are one document")
        .containsPattern("evicted +1 of 8 catalogs" + TIME + "product 1001 -> store 1 -> harbour")
        .containsPattern("GET +hit: from Redis" + TIME + "green-bean; all 7 others stay cached")
        .containsPattern("product 1001 costs 138\\.47 -> 139\\.47")
        // all images
        .containsPattern("commit +200 rows changed" + TIME)
        .containsPattern("evicted +200 of 208 keys" + TIME + "the keys of the 8 catalogs stay")
        .containsPattern(
            "GET +misses: all from Postgres" + TIME + "feature_version is 2\\.0 in all")
        .containsPattern("200 images, one batch" + TIME + TIME + "\\d+\\.\\d m?s");
    assertThat(text.toString().lines())
        .allSatisfy(line -> assertThat(line).matches("\\p{ASCII}*").hasSizeLessThanOrEqualTo(100));
  }

  @Test
  void aKeyThatStaysInTheCacheEndsTheShow() {
    try (DemoPostgres postgres = DemoPostgres.start();
        DemoRedis redis = DemoRedis.start()) {
      Stage stage =
          new Stage(
              new Story(new PrintWriter(new StringWriter()), false),
              new FeatureClient("http://127.0.0.1:1"),
              redis.raw(),
              postgres.sql(),
              Duration.ofMillis(50));
      ShopData.load(postgres.sql());
      redis.raw().set("store_catalog:green-bean", "stale");

      Change change =
          new Change(
              "UPDATE products SET price = 1 WHERE id = 2001",
              1,
              List.of("store_catalog:green-bean"),
              List.of());
      assertThatThrownBy(() -> stage.evict(change))
          .isInstanceOf(UnexpectedException.class)
          .hasMessage("1 key still in Redis 50 ms after the commit of: " + change.sql());
      assertThatThrownBy(() -> stage.hit(ShopData.VIEW, "green-bean"))
          .isInstanceOf(UnexpectedException.class)
          .hasMessageContaining(
              "GET http://127.0.0.1:1/v1/views/store-catalog/features/green-bean failed");
    }
  }
}
