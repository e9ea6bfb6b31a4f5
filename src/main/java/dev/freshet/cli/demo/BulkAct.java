package dev.freshet.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.cli.demo.FeatureClient.BatchReply;
import dev.freshet.cli.demo.Stage.Change;
import dev.freshet.cli.demo.Stage.Eviction;
import dev.freshet.cli.demo.Story.Figures;
import dev.freshet.cli.demo.Story.Tone;

/** One statement changes all images: exactly their keys are evicted. */
record BulkAct(Stage stage, ImageData images, ShopData shop) {
  private static final String AFTER = "2.0";

  Figures play() {
    Story story = stage.story();
    int all = images.ids().size();
    story.heading("3. Many at once: one statement changes %s".formatted(count(all)));
    BatchReply first = readAll();
    story.step(
        Tone.PLAIN,
        "GET",
        count(all) + " in one batch",
        first.took(),
        "%d from Postgres, %d from Redis"
            .formatted(
                first.from(FeatureClient.FROM_POSTGRES), first.from(FeatureClient.FROM_REDIS)));
    BatchReply hit = readAll();
    require(hit, FeatureClient.FROM_REDIS);
    story.step(Tone.HIT, "GET", "hits: all from Redis", hit.took(), count(all));
    int catalogs = shop.slugs().size();
    Eviction eviction =
        stage.evictAndTell(
            new Change(
                "UPDATE image_features SET feature_version = '%s'".formatted(AFTER),
                all,
                images.cacheKeys(),
                shop.cacheKeys()),
            "%d of %d keys".formatted(all, all + catalogs),
            "the keys of the %d catalogs stay".formatted(catalogs));
    BatchReply fresh = readAll();
    require(fresh, FeatureClient.FROM_POSTGRES);
    for (JsonNode feature : fresh.features()) {
      String version = feature.at("/document/feature_version").asText();
      Stage.require(
          version.equals(AFTER), "feature_version is %s after the change".formatted(version));
    }
    story.step(
        Tone.MISS,
        "GET",
        "misses: all from Postgres",
        fresh.took(),
        "feature_version is %s in all of them".formatted(AFTER));
    return new Figures(count(all) + ", one batch", fresh.took(), hit.took(), eviction.evicted());
  }

  private BatchReply readAll() {
    BatchReply reply = stage.features().getAll(ImageData.VIEW, images.ids());
    Stage.require(
        reply.documents() == images.ids().size(),
        "a batch of %s returned %d".formatted(count(images.ids().size()), reply.documents()));
    return reply;
  }

  private void require(BatchReply reply, String source) {
    Stage.require(
        reply.from(source) == images.ids().size(),
        "%d of %s came from %s".formatted(reply.from(source), count(images.ids().size()), source));
  }

  private static String count(int images) {
    return Story.count(images, "image");
  }
}
