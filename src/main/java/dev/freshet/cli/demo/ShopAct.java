package dev.freshet.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.cli.demo.FeatureClient.BatchReply;
import dev.freshet.cli.demo.FeatureClient.Reply;
import dev.freshet.cli.demo.Stage.Change;
import dev.freshet.cli.demo.Stage.Eviction;
import dev.freshet.cli.demo.Story.Figures;
import dev.freshet.cli.demo.Story.Tone;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/**
 * Many rows of three tables are one document: one product's price changes, and exactly its store's
 * catalog is evicted.
 */
record ShopAct(Stage stage, ShopData shop) {
  private static final int STORE = 1;
  private static final int PRODUCT = ShopData.firstProduct(STORE);

  Figures play() {
    Story story = stage.story();
    String slug = shop.slugs().get(STORE - 1);
    story.heading(
        "2. The catalog of one store: %d rows of three tables are one document"
            .formatted(ShopData.ROWS));
    story.step("key", ShopData.cacheKey(slug));
    Reply miss = miss(slug);
    Reply hit = stage.hit(ShopData.VIEW, slug);
    BigDecimal before = price(hit.document());
    story.step(
        Tone.HIT,
        "GET",
        "hit: from Redis",
        hit.took(),
        "product %d costs %s".formatted(PRODUCT, before));
    readAll();
    List<String> others =
        shop.cacheKeys().stream().filter(key -> !key.equals(ShopData.cacheKey(slug))).toList();
    Eviction eviction =
        stage.evictAndTell(
            new Change(
                "UPDATE products SET price = price + 1 WHERE id = " + PRODUCT,
                1,
                List.of(ShopData.cacheKey(slug)),
                others),
            "1 of %d catalogs".formatted(others.size() + 1),
            "product %d -> store %d -> %s".formatted(PRODUCT, STORE, slug));
    Reply other = stage.hit(ShopData.VIEW, shop.slugs().get(STORE));
    story.step(
        Tone.HIT,
        "GET",
        "hit: from Redis",
        other.took(),
        "%s; all %d others stay cached".formatted(shop.slugs().get(STORE), others.size()));
    Reply fresh = stage.miss(ShopData.VIEW, slug);
    BigDecimal after = price(fresh.document());
    Stage.require(
        after.compareTo(before.add(BigDecimal.ONE)) == 0,
        "product %d costs %s after the change, %s before".formatted(PRODUCT, after, before));
    story.step(
        Tone.MISS,
        "GET",
        "miss: fresh from Postgres",
        fresh.took(),
        "product %d costs %s -> %s".formatted(PRODUCT, before, after));
    return new Figures(
        "1 catalog, %d rows".formatted(ShopData.ROWS), miss.took(), hit.took(), eviction.evicted());
  }

  private Reply miss(String slug) {
    Reply miss = stage.miss(ShopData.VIEW, slug);
    int rows = ShopData.rows(miss.document());
    Stage.require(
        rows == ShopData.ROWS, "the catalog holds %d rows, not %d".formatted(rows, ShopData.ROWS));
    stage
        .story()
        .step(
            Tone.MISS,
            "GET",
            "miss: from Postgres",
            miss.took(),
            stage.sizes(miss, ShopData.cacheKey(slug), "gzip"));
    return miss;
  }

  private void readAll() {
    BatchReply all = stage.features().getAll(ShopData.VIEW, shop.slugs());
    stage
        .story()
        .step(
            Tone.PLAIN,
            "GET",
            "all %d catalogs in one batch".formatted(shop.slugs().size()),
            all.took(),
            "%d from Postgres, %d from Redis"
                .formatted(
                    all.from(FeatureClient.FROM_POSTGRES), all.from(FeatureClient.FROM_REDIS)));
  }

  private static BigDecimal price(JsonNode catalog) {
    JsonNode price = ShopData.product(catalog, PRODUCT).path("price");
    Stage.require(price.isNumber(), "the catalog holds no price of product " + PRODUCT);
    return price.decimalValue().setScale(2, RoundingMode.UNNECESSARY);
  }
}
