package dev.freshet.cli.demo;

import dev.freshet.cli.demo.Stage.Change;
import dev.freshet.cli.demo.Story.Tone;
import java.time.Duration;
import java.util.List;

/**
 * Does what the acts do, unseen and with changes that change no value, so that none of their
 * figures is that of code which runs for the first time.
 */
record Warmup(Stage stage, ImageData images, ShopData shop) {
  private static final Duration TIME = Duration.ofSeconds(3);

  void play() {
    long begun = System.nanoTime();
    String image = images.ids().get(images.ids().size() - 1);
    int store = shop.slugs().size();
    String slug = shop.slugs().get(store - 1);
    int rounds = 0;
    while (System.nanoTime() - begun < TIME.toNanos()) {
      rounds++;
      readTwice(ImageData.VIEW, image);
      evict(
          "UPDATE image_features SET user_id = user_id WHERE image_id = '%s'".formatted(image),
          ImageData.cacheKey(image));
      readTwice(ShopData.VIEW, slug);
      evict(
          "UPDATE products SET price = price WHERE id = " + ShopData.firstProduct(store),
          ShopData.cacheKey(slug));
    }
    stage
        .story()
        .step(
            Tone.PLAIN,
            "warm up",
            "%d reads, %d evictions".formatted(4 * rounds, 2 * rounds),
            Duration.ofNanos(System.nanoTime() - begun),
            "so that no figure is that of a cold JVM");
  }

  private void readTwice(String view, String key) {
    stage.miss(view, key);
    stage.hit(view, key);
  }

  private void evict(String sql, String cacheKey) {
    stage.evict(new Change(sql, 1, List.of(cacheKey), List.of()));
  }
}
