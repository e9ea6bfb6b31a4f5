package dev.freshet.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.postgres.Session;
import java.util.Arrays;
import java.util.List;

/**
 * The second view's data: stores whose catalogs are one document each.
 *
 * @param slugs of all stores, in the order of their ids, which begin with 1
 */
record ShopData(List<String> slugs) {
  static final String VIEW = "store-catalog";

  /** The rows that make one catalog: a store, 12 categories and 101 products. */
  static final int ROWS = 114;

  ShopData {
    slugs = List.copyOf(slugs);
  }

  /** Creates the tables and fills them. */
  static ShopData load(Session sql) {
    sql.run(DemoFiles.text("shop.sql"));
    return new ShopData(
        sql.ask("SELECT string_agg(slug, ' ' ORDER BY id) FROM public.stores")
            .map(all -> Arrays.asList(all.split(" ", -1)))
            .orElse(List.of()));
  }

  /** The cache key of a store's catalog. */
  static String cacheKey(String slug) {
    return "store_catalog:" + slug;
  }

  List<String> cacheKeys() {
    return slugs.stream().map(ShopData::cacheKey).toList();
  }

  /** The id of a store's first product. */
  static int firstProduct(int store) {
    return store * 1_000 + 1;
  }

  /** A product of a catalog; a missing node if it is not there. */
  static JsonNode product(JsonNode catalog, int id) {
    for (JsonNode category : catalog.path("categories")) {
      for (JsonNode product : category.path("products")) {
        if (product.path("id").asInt() == id) {
          return product;
        }
      }
    }
    return catalog.path("no such product");
  }

  /** How many rows a catalog holds. */
  static int rows(JsonNode catalog) {
    int rows = catalog.has("store") ? 1 : 0;
    for (JsonNode category : catalog.path("categories")) {
      rows += 1 + category.path("products").size();
    }
    return rows;
  }
}
