package dev.freshet.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.DictionaryTraining;
import dev.freshet.daemon.DictionaryTraining.Outcome;
import dev.freshet.loading.Feature;
import dev.freshet.loading.Feature.Source;
import dev.freshet.loading.FeatureLoader;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** A view of two hundred real features of pictures, on servers of its own. */
final class Pictures implements AutoCloseable {
  private static final String VIEW = "pictures";
  static final String MIRROR = "{freshet}:dictionary:pictures";
  static final String YAML =
      """
      pictures:
        key: "picture:{id}"
        load: SELECT id, features FROM public.pictures WHERE id = ANY(:id::bigint[])
        watch: [{table: public.pictures}]
        codec: %s
      """;

  static final List<String> DOCUMENTS = documents();

  private final TestDatabase database;
  private final Shop shop;

  Shop shop() {
    return shop;
  }

  private static List<String> documents() {
    try (InputStream lines =
        new GZIPInputStream(
            Objects.requireNonNull(
                Pictures.class.getResourceAsStream("/demo/features-sample.jsonl.gz")))) {
      return new String(lines.readAllBytes(), UTF_8).lines().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  Pictures() throws SQLException {
    database = TestServers.database();
    shop = new Shop(database, TestServers.redisUrl());
    database.execute("CREATE TABLE pictures (id bigint PRIMARY KEY, features json NOT NULL)");
    try (Connection connection = database.connect();
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO pictures VALUES (?, ?::json)")) {
      for (int i = 0; i < DOCUMENTS.size(); i++) {
        insert.setLong(1, i);
        insert.setString(2, DOCUMENTS.get(i));
        insert.executeUpdate();
      }
    }
  }

  @Override
  public void close() throws SQLException {
    shop.close();
    database.close();
  }

  FreshetConfig config(String codec) {
    return shop.withViews(YAML.formatted(codec));
  }

  static Outcome train(FreshetConfig config) {
    return DictionaryTraining.run(
        config, config.views().get(0), 1_000, true, DictionaryTraining.ProgressListener.NONE);
  }

  /** Reads a document twice, so that it is filled in between; the second must be a hit. */
  long filledBytes(FeatureLoader loader, int id) {
    String cacheKey = "picture:" + id;
    shop.redis().del(cacheKey);
    assertThat(get(loader, id).source()).isEqualTo(Source.POSTGRES);
    assertIsHit(loader, id);
    return shop.redis().strlen(cacheKey);
  }

  static Feature get(FeatureLoader loader, int id) {
    Feature feature = loader.get(VIEW, Integer.toString(id));
    assertThat(feature.json()).contains(DOCUMENTS.get(id));
    return feature;
  }

  static void assertIsHit(FeatureLoader loader, int id) {
    assertThat(get(loader, id).source()).isEqualTo(Source.REDIS);
  }

  /** Waits until the daemon has nothing more to mirror. */
  void awaitMirrored(Outcome outcome) {
    String number = Long.toString(outcome.number());
    Shop.soon().until(() -> shop.redis().hget(MIRROR, "contents").contains(number));
  }

  /** Waits until a loader writes a document in fewer bytes than before. */
  void awaitWrittenShorter(FeatureLoader loader, int id, long bytes) {
    Shop.soon().until(() -> filledBytes(loader, id) < bytes);
  }
}
