package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.daemon.DictionaryTraining.Outcome;
import dev.freshet.daemon.EmbeddedLoader;
import dev.freshet.daemon.WrappedLoader;
import dev.freshet.loading.Feature.Source;
import dev.freshet.loading.LoadListener;
import dev.freshet.servers.NoLeaks;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Dictionaries of views from training to forgetting, with loaders that know them and others that do
 * not.
 */
@ExtendWith(NoLeaks.class)
class DictionariesIT {
  private Pictures pictures;
  private Shop shop;

  /** Remembers which kinds of failure a loader told of. */
  private static final class Kinds implements LoadListener {
    private final Set<String> seen = ConcurrentHashMap.newKeySet();

    @Override
    public void failed(String view, String kind) {
      seen.add(kind);
    }
  }

  @BeforeEach
  void insertPictures() throws SQLException {
    pictures = new Pictures();
    shop = pictures.shop();
  }

  @AfterEach
  void close() throws SQLException {
    pictures.close();
  }

  @Test
  void aTrainedViewIsWrittenShorter() {
    for (String codec : List.of("packed", "zstd")) {
      FreshetConfig config = pictures.config(codec);
      Kinds kinds = new Kinds();
      try (Daemon daemon = shop.start(config, Daemon.Options.DEFAULT)) {
        long without = pictures.filledBytes(daemon.loader(), 0);
        Outcome outcome = Pictures.train(config);
        assertThat(outcome.documents()).isEqualTo(200);
        assertThat(outcome.measured()).isEqualTo(40);
        assertThat(outcome.withBytes()).isLessThan(outcome.withoutBytes() * 9 / 10);
        assertThat(outcome.isNew()).isTrue();
        pictures.awaitMirrored(outcome);
        pictures.awaitWrittenShorter(daemon.loader(), 0, without);
        try (EmbeddedLoader late = EmbeddedLoader.open(config, kinds)) {
          Pictures.assertIsHit(late.loader(), 0);
        }
        assertThat(kinds.seen).isEmpty();
      }
    }
  }

  @Test
  void aLoaderThatMeetsAnUnknownDictionaryMissesAndThenReads() throws SQLException {
    FreshetConfig config = pictures.config("packed");
    Kinds kinds = new Kinds();
    try (Daemon daemon = shop.start(config, Daemon.Options.DEFAULT)) {
      Outcome outcome = Pictures.train(config);
      pictures.awaitMirrored(outcome);
      pictures.awaitWrittenShorter(daemon.loader(), 3, bytesWithout(3));
      String number = Long.toString(outcome.number());
      String newest = shop.redis().hget(Pictures.MIRROR, "newest:packed");
      shop.redis()
          .hdel(Pictures.MIRROR, "newest:packed"); // this one must not learn of it beforehand
      try (EmbeddedLoader late = EmbeddedLoader.open(config, kinds)) {
        Pictures.get(late.loader(), 3);
        assertThat(kinds.seen).containsExactly("unknown_dictionary");
        Shop.soon().until(() -> Pictures.get(late.loader(), 3).source() == Source.REDIS);
      }
      shop.redis().hset(Pictures.MIRROR, "newest:packed", newest);
      assertThat(newest).isEqualTo(number);
    }
  }

  /**
   * How long the document's record is without a dictionary, as a loader that has none writes it.
   */
  private long bytesWithout(int id) throws SQLException {
    try (WrappedLoader old = loaderWithout(pictures.config("packed"), LoadListener.NONE)) {
      return pictures.filledBytes(old.loader(), id);
    }
  }

  /** A loader as there was before dictionaries. */
  private static WrappedLoader loaderWithout(FreshetConfig config, LoadListener listener) {
    return WrappedLoader.open(config, UnaryOperator.identity(), UnaryOperator.identity(), listener);
  }

  @Test
  void aLoaderWithoutDictionariesMissesAndNeverFails() {
    for (String codec : List.of("packed", "zstd")) {
      Kinds kinds = new Kinds();
      FreshetConfig config = pictures.config(codec);
      try (Daemon daemon = shop.start(config, Daemon.Options.DEFAULT);
          WrappedLoader old = loaderWithout(config, kinds)) {
        long without = pictures.filledBytes(old.loader(), 7);
        pictures.awaitMirrored(Pictures.train(config));
        pictures.awaitWrittenShorter(daemon.loader(), 7, without);

        assertThat(Pictures.get(old.loader(), 7).source()).isEqualTo(Source.POSTGRES);
        assertThat(kinds.seen).containsExactly("unknown_dictionary");
        Pictures.assertIsHit(daemon.loader(), 7);

        pictures.filledBytes(old.loader(), 8);
        Pictures.assertIsHit(daemon.loader(), 8);
      }
    }
  }

  @Test
  void aMirrorThatWasWipedComesBack() {
    FreshetConfig config = pictures.config("packed");
    try (Daemon daemon = shop.start(config, Daemon.Options.DEFAULT)) {
      Outcome outcome = Pictures.train(config);
      pictures.awaitMirrored(outcome);
      Map<String, String> before = shop.redis().hgetall(Pictures.MIRROR);

      shop.redis().del(Pictures.MIRROR);
      pictures.awaitMirrored(outcome);
      assertThat(shop.redis().hgetall(Pictures.MIRROR)).isEqualTo(before);
      assertThat(shop.redis().ttl(Pictures.MIRROR)).isEqualTo(-1);

      shop.redis().flushall();
      pictures.awaitMirrored(outcome);
      Shop.soon().until(() -> daemon.status().isReady());
      pictures.awaitWrittenShorter(daemon.loader(), 0, Pictures.DOCUMENTS.get(0).length());
    }
  }

  @Test
  void valuesOfAReplacedDictionaryAreReadUntilTheirTimeIsOver() throws SQLException {
    FreshetConfig config = pictures.config("packed");
    try (Daemon daemon = shop.start(config, Daemon.Options.DEFAULT)) {
      long without = pictures.filledBytes(daemon.loader(), 1);
      Outcome first = Pictures.train(config);
      pictures.awaitMirrored(first);
      pictures.awaitWrittenShorter(daemon.loader(), 1, without);
      shop.execute("DELETE FROM pictures WHERE id > 100");
      Outcome second = Pictures.train(config);
      assertThat(second.version()).contains(first.version().orElseThrow() + 1);
      assertThat(second.number()).isNotEqualTo(first.number());
      pictures.awaitMirrored(second);
      Shop.soon()
          .until(() -> shop.ask("SELECT count(replaced_at) FROM freshet.dictionary").equals("1"));

      Pictures.assertIsHit(daemon.loader(), 1);
      try (EmbeddedLoader late = EmbeddedLoader.open(config, LoadListener.NONE)) {
        Shop.soon().until(() -> Pictures.get(late.loader(), 1).source() == Source.REDIS);
      }
      assertThat(shop.redis().hexists(Pictures.MIRROR, Long.toString(first.number()))).isTrue();

      shop.execute(
          "UPDATE freshet.dictionary SET replaced_at = replaced_at - interval '31 days 1 hour' WHERE replaced_at IS NOT NULL");
      Shop.soon()
          .until(() -> !shop.redis().hexists(Pictures.MIRROR, Long.toString(first.number())));
      assertThat(shop.ask("SELECT string_agg(version::text, ',') FROM freshet.dictionary"))
          .isEqualTo("2");
      assertThat(shop.redis().hget(Pictures.MIRROR, "newest:packed"))
          .isEqualTo(Long.toString(second.number()));
    }
  }

  @Test
  void aChangedCodecLeavesOlderValuesReadable() {
    FreshetConfig zstd = pictures.config("zstd");
    try (Daemon daemon = shop.start(zstd, Daemon.Options.DEFAULT)) {
      long without = pictures.filledBytes(daemon.loader(), 0);
      pictures.awaitMirrored(Pictures.train(zstd));
      pictures.awaitWrittenShorter(daemon.loader(), 0, without);
    }
    for (String codec : List.of("json", "gzip")) {
      try (Daemon daemon = shop.start(pictures.config(codec), Daemon.Options.DEFAULT)) {
        pictures.filledBytes(daemon.loader(), codec.length());
      }
    }
    shop.redis().del("picture:5");
    FreshetConfig packed = pictures.config("packed");
    try (Daemon daemon = shop.start(packed, Daemon.Options.DEFAULT)) {
      Pictures.assertIsHit(daemon.loader(), 4);
      Shop.soon().until(() -> Pictures.get(daemon.loader(), 0).source() == Source.REDIS);
      long without = pictures.filledBytes(daemon.loader(), 9);
      Outcome outcome = Pictures.train(packed);
      assertThat(outcome.version()).contains(2);
      pictures.awaitMirrored(outcome);
      pictures.awaitWrittenShorter(daemon.loader(), 9, without);
      Pictures.assertIsHit(daemon.loader(), 0);
      Pictures.assertIsHit(daemon.loader(), 4);
      assertThat(shop.redis().hgetall(Pictures.MIRROR))
          .containsKeys("newest:zstd", "newest:packed");
    }
  }
}
