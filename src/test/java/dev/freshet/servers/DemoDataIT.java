package dev.freshet.servers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** The data that the demo ships: its scripts run as they are, and hold what the demo tells. */
class DemoDataIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SAMPLE_BYTES_MAX = 120_000;

  @Test
  void theImagesTableTakesTheSample() throws Exception {
    TestDatabase database = TestServers.database();
    database.execute(text("images.sql"));
    List<String> documents = sample();
    assertThat(documents).hasSize(200);
    try (Connection connection = database.connect();
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO public.image_features (image_id, user_id, feature_version, features)"
                    + " SELECT (d->>'image_id')::uuid, d->>'user_id', d->>'feature_version',"
                    + " d->'features' FROM (SELECT unnest(?::text[])::jsonb AS d) AS documents")) {
      insert.setObject(1, documents.toArray(String[]::new));
      assertThat(insert.executeUpdate()).isEqualTo(200);
    }
    JsonNode first =
        json(database, "SELECT features::text FROM image_features ORDER BY image_id LIMIT 1");
    assertThat(first.at("/fast/color_grid_3x3")).hasSize(27);
  }

  @Test
  void aCatalogIsOneStoreTwelveCategoriesAndAHundredAndOneProducts() throws Exception {
    TestDatabase database = TestServers.database();
    database.execute(text("shop.sql"));

    for (int store = 1; store <= 8; store++) {
      JsonNode catalog = json(database, "SELECT public.store_catalog(" + store + ")::text");
      assertThat(catalog.at("/store/id").asInt()).isEqualTo(store);
      assertThat(catalog.at("/categories")).hasSize(12);
      assertThat(catalog.findValues("price")).hasSize(101);
    }
    JsonNode one = json(database, "SELECT public.store_catalog(1)::text");
    assertThat(one.at("/store/slug").asText()).isEqualTo("harbour-tools");
    assertThat(one.at("/categories/0/products/0/id").asInt()).isEqualTo(1001);
    assertThat(value(database, "SELECT (public.store_catalog(9) IS NULL)::text")).isEqualTo("true");
  }

  @Test
  void theShopIsTheSameInEveryDatabase() throws Exception {
    String digest =
        "SELECT md5(string_agg(public.store_catalog(id)::text, '' ORDER BY id)) FROM public.stores";
    TestDatabase one = TestServers.database();
    TestDatabase two = TestServers.database();
    one.execute(text("shop.sql"));
    two.execute(text("shop.sql"));
    assertThat(value(one, digest)).isEqualTo(value(two, digest));
  }

  @Test
  void aPriceChangeChangesTheCatalogOfItsStoreAlone() throws Exception {
    TestDatabase database = TestServers.database();
    database.execute(text("shop.sql"));
    String others = "SELECT md5(public.store_catalog(2)::text)";
    final String before = value(database, others);
    database.execute("UPDATE public.products SET price = 1.5 WHERE id = 1013");
    assertThat(
            json(database, "SELECT public.store_catalog(1)::text")
                .at("/categories/0/products/1/price")
                .asText())
        .isEqualTo("1.5");
    assertThat(value(database, others)).isEqualTo(before);
  }

  @Test
  void theSampleIsSmall() throws IOException {
    try (InputStream in = resource("features-sample.jsonl.gz")) {
      assertThat(in.readAllBytes()).hasSizeLessThan(SAMPLE_BYTES_MAX);
    }
  }

  private static List<String> sample() throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(resource("features-sample.jsonl.gz")),
                StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    }
  }

  private static String text(String name) throws IOException {
    try (InputStream in = resource(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static InputStream resource(String name) {
    return Objects.requireNonNull(DemoDataIT.class.getResourceAsStream("/demo/" + name), name);
  }

  private static JsonNode json(TestDatabase database, String sql) throws SQLException, IOException {
    return JSON.readTree(value(database, sql));
  }

  private static String value(TestDatabase database, String sql) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      assertThat(row.next()).isTrue();
      return row.getString(1);
    }
  }
}
