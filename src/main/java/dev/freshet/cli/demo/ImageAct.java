package dev.freshet.cli.demo;

import dev.freshet.cli.demo.FeatureClient.Reply;
import dev.freshet.cli.demo.Stage.Change;
import dev.freshet.cli.demo.Stage.Eviction;
import dev.freshet.cli.demo.Story.Figures;
import dev.freshet.cli.demo.Story.Tone;
import java.util.List;

/** One row is one document: it is read, changed, evicted and read again. */
record ImageAct(Stage stage, String image) {
  private static final String AFTER = "1.1";

  Figures play() {
    Story story = stage.story();
    String cacheKey = ImageData.cacheKey(image);
    story.heading("1. The features of one image: one row is one document");
    story.step("key", cacheKey);
    Reply miss = stage.miss(ImageData.VIEW, image);
    story.step(
        Tone.MISS, "GET", "miss: from Postgres", miss.took(), stage.sizes(miss, cacheKey, "zstd"));
    Reply hit = stage.hit(ImageData.VIEW, image);
    Stage.require(hit.document().equals(miss.document()), "hit and miss differ for " + cacheKey);
    String before = version(hit);
    Stage.require(!before.equals(AFTER), "feature_version is %s already".formatted(AFTER));
    story.step(Tone.HIT, "GET", "hit: from Redis", hit.took(), "feature_version is " + before);
    String sql =
        """
        UPDATE image_features SET feature_version = '%s'
        WHERE image_id = '%s'"""
            .formatted(AFTER, image);
    Eviction eviction =
        stage.evictAndTell(
            new Change(sql, 1, List.of(cacheKey), List.of()),
            "key is gone from Redis",
            "after the commit's reply");
    Reply fresh = stage.miss(ImageData.VIEW, image);
    Stage.require(
        version(fresh).equals(AFTER),
        "feature_version is %s after the change, not %s".formatted(version(fresh), AFTER));
    story.step(
        Tone.MISS,
        "GET",
        "miss: fresh from Postgres",
        fresh.took(),
        "feature_version %s -> %s".formatted(before, version(fresh)));
    return new Figures("1 image, 1 row", miss.took(), hit.took(), eviction.evicted());
  }

  private static String version(Reply reply) {
    return reply.document().path("feature_version").asText();
  }
}
