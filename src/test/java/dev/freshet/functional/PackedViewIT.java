package dev.freshet.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.loading.Feature;
import dev.freshet.loading.Feature.Source;
import dev.freshet.servers.NoLeaks;
import dev.freshet.servers.TestDatabase;
import dev.freshet.servers.TestServers;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A view with the codec {@code packed}, and the same view with other codecs beside and after it.
 */
@ExtendWith(NoLeaks.class)
class PackedViewIT {
  private static final String VIEW =
      """
      pictures:
        key: "picture:{id}"
        load: SELECT id, features FROM public.pictures WHERE id = ANY(:id::bigint[])
        watch: [{table: public.pictures}]
        codec: %s
      """;

  private TestDatabase database;
  private Shop shop;

  @BeforeEach
  void insertPictures() throws SQLException, IOException {
    database = TestServers.database();
    shop = new Shop(database, TestServers.redisUrl());
    database.execute("CREATE TABLE pictures (id bigint PRIMARY KEY, features json NOT NULL)");
    try (Connection connection = database.connect();
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO pictures VALUES (?, ?::json)")) {
      List<String> documents = documents();
      for (int i = 0; i < documents.size(); i++) {
        insert.setLong(1, i);
        insert.setString(2, documents.get(i));
        insert.executeUpdate();
      }
    }
  }

  @AfterEach
  void close() throws SQLException {
    shop.close();
    database.close();
  }

  private static List<String> documents() throws IOException {
    try (InputStream lines =
        Objects.requireNonNull(
            PackedViewIT.class.getResourceAsStream("/features/features-fast-20.jsonl"))) {
      return new String(lines.readAllBytes(), UTF_8).lines().toList();
    }
  }

  private FreshetConfig config(String codec) {
    return shop.withViews(VIEW.formatted(codec));
  }

  private static String json(Feature feature) {
    return feature.json().orElseThrow();
  }

  @Test
  void documentsAreStoredPackedAndServedAsTheyWere() throws SQLException, IOException {
    List<String> documents = documents();
    try (Daemon daemon = shop.start(config("packed"), Daemon.Options.DEFAULT)) {
      for (int i = 0; i < documents.size(); i++) {
        String id = Integer.toString(i);
        assertThat(json(daemon.loader().get("pictures", id))).isEqualTo(documents.get(i));

        Feature hit = daemon.loader().get("pictures", id);

        assertThat(hit.source()).isEqualTo(Source.REDIS);
        assertThat(json(hit)).isEqualTo(documents.get(i));
        assertThat(shop.redis().strlen("picture:" + id)).isLessThan(500);
      }
    }
  }

  @Test
  void loadersWithAnotherCodecReadWhatThisOneWrote() throws SQLException, IOException {
    String document = documents().get(0);
    for (String codec : List.of("packed", "zstd", "packed", "json")) {
      try (Daemon daemon = shop.start(config(codec), Daemon.Options.DEFAULT)) {
        if (codec.equals("packed")) {
          shop.redis().del("picture:0");
          assertThat(daemon.loader().get("pictures", "0").source()).isEqualTo(Source.POSTGRES);
        }

        Feature hit = daemon.loader().get("pictures", "0");

        assertThat(hit.source()).as(codec).isEqualTo(Source.REDIS);
        assertThat(json(hit)).isEqualTo(document);
      }
    }
  }
}
