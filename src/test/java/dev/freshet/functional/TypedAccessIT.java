package dev.freshet.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.codec.packed.Document;
import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.daemon.DictionaryTraining.Outcome;
import dev.freshet.daemon.EmbeddedLoader;
import dev.freshet.loading.Feature;
import dev.freshet.loading.Feature.Source;
import dev.freshet.loading.FeatureLoader;
import dev.freshet.loading.LoadListener;
import dev.freshet.servers.NoLeaks;
import io.lettuce.core.CopyArgs;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Single fields of features, wherever they come from. */
@ExtendWith(NoLeaks.class)
class TypedAccessIT {
  private static final int HEADER_BYTES = 12;
  private static final String NEAR = "loader:\n  near-cache: {max: 8MB, ttl: 10s}\n";

  private Pictures pictures;
  private Shop shop;

  @BeforeEach
  void insertPictures() throws SQLException {
    pictures = new Pictures();
    shop = pictures.shop();
  }

  @AfterEach
  void close() throws SQLException {
    pictures.close();
  }

  /** Reads a feature and looks at its fields first, then at its JSON. */
  private static Source read(FeatureLoader loader, int id) {
    Feature feature = loader.get("pictures", Integer.toString(id));
    Document wanted = Document.ofJson(Pictures.DOCUMENTS.get(id).getBytes(UTF_8));
    Document document = feature.document().orElseThrow();
    String colors = "features.fast.avg_color_features";
    String hash = "features.fast.ahash_features";
    assertThat(document.floats(colors)).hasSize(3).isEqualTo(wanted.floats(colors));
    assertThat(document.bits(hash)).isEqualTo(wanted.bits(hash));
    assertThat(document.longs(hash)).hasSize(64).isEqualTo(wanted.longs(hash));
    assertThat(document.text("image_id")).isEqualTo(wanted.text("image_id"));
    assertThat(document.at("features").json()).isEqualTo(wanted.at("features").json());
    assertThat(feature.json()).hasValue(Pictures.DOCUMENTS.get(id));
    return feature.source();
  }

  @Test
  void aMissAndHitsOfEachCodecHandOutTheSameFields() {
    for (String codec : List.of("packed", "zstd", "gzip", "json")) {
      try (Daemon daemon = shop.start(pictures.config(codec), Daemon.Options.DEFAULT)) {
        for (int id = 0; id < 20; id++) {
          shop.redis().del("picture:" + id);
          assertThat(read(daemon.loader(), id)).as(codec).isEqualTo(Source.POSTGRES);
          assertThat(read(daemon.loader(), id)).as(codec).isEqualTo(Source.REDIS);
        }
        assertThat(daemon.loader().get("pictures", "1000").document()).isEmpty();
        assertThat(daemon.loader().get("pictures", "1000").document()).isEmpty();
      }
    }
  }

  @Test
  void aHitThatNeedsADictionaryHandsOutFieldsToo() {
    FreshetConfig config = pictures.config("packed");
    try (Daemon daemon = shop.start(config, Daemon.Options.DEFAULT)) {
      long without = pictures.filledBytes(daemon.loader(), 0);
      Outcome outcome = Pictures.train(config);
      pictures.awaitMirrored(outcome);
      pictures.awaitWrittenShorter(daemon.loader(), 0, without);

      assertThat(read(daemon.loader(), 0)).isEqualTo(Source.REDIS);
    }
  }

  @Test
  void theNearCacheHandsOutFieldsAndJson() {
    for (String codec : List.of("packed", "json")) {
      try (Daemon daemon = shop.start(pictures.config(codec), Daemon.Options.DEFAULT);
          EmbeddedLoader loader =
              EmbeddedLoader.open(
                  Shop.parse(shop.yamlWithViews(Pictures.YAML.formatted(codec)) + NEAR),
                  LoadListener.NONE)) {
        assertThat(daemon.loader().get("pictures", "7").isAbsent()).isFalse();
        Shop.soon().until(() -> read(loader.loader(), 7) == Source.NEAR);

        assertThat(read(loader.loader(), 7)).isEqualTo(Source.NEAR);
        Shop.soon().until(() -> isJsonKept(loader.loader()));
        Shop.soon().until(() -> absent(loader.loader()) == Source.NEAR);
      }
    }
  }

  /** Whether the near cache hands out one array twice, and did not make its JSON for each. */
  private static boolean isJsonKept(FeatureLoader loader) {
    Feature first = loader.get("pictures", "7");
    Feature second = loader.get("pictures", "7");
    byte[] json = second.jsonUtf8().orElseThrow();
    assertThat(json).isEqualTo(Pictures.DOCUMENTS.get(7).getBytes(UTF_8));
    return second.source() == Source.NEAR && first.jsonUtf8().orElseThrow() == json;
  }

  private static Source absent(FeatureLoader loader) {
    Feature feature = loader.get("pictures", "1000");
    assertThat(feature.document()).isEmpty();
    return feature.source();
  }

  /** A record that cannot be read is a miss when it is met, and no field fails. */
  @Test
  void damagedRecordsAreMissesAndNoFieldFails() {
    try (Daemon daemon = shop.start(pictures.config("packed"), Daemon.Options.DEFAULT)) {
      FeatureLoader loader = daemon.loader();
      pictures.filledBytes(loader, 5);
      List<Source> sources = new ArrayList<>();
      shop.redis().copy("picture:5", "whole");
      for (int at = HEADER_BYTES; at < shop.redis().strlen("whole"); at += 7) {
        shop.redis().copy("whole", "picture:5", CopyArgs.Builder.replace(true));
        shop.redis().setrange("picture:5", at, "U");
        Feature feature = loader.get("pictures", "5");
        Document document = feature.document().orElseThrow();
        assertThat(feature.json().orElseThrow()).isNotEmpty();
        document
            .find("features.fast.ahash_features")
            .ifPresent(hash -> assertThat(hash.json()).isNotEmpty());
        sources.add(feature.source());
      }
      assertThat(sources).contains(Source.POSTGRES);
    }
  }
}
