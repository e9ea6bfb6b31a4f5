package dev.freshet.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Daemon;
import dev.freshet.daemon.DictionaryTraining;
import dev.freshet.daemon.DictionaryTraining.Outcome;
import dev.freshet.daemon.TrainingException;
import dev.freshet.servers.NoLeaks;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a dictionary is trained on, when none is made, and who asks for one. */
@ExtendWith(NoLeaks.class)
class DictionaryTrainingIT {
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

  @Test
  void theSameDocumentsMakeTheSameDictionaryWhichIsNotStoredTwice() throws SQLException {
    FreshetConfig config = pictures.config("zstd");
    shop.migrate(config);
    shop.execute("DELETE FROM pictures WHERE id >= 40");
    Outcome first = Pictures.train(config);
    shop.execute("UPDATE freshet.dictionary SET version = 5");
    // The order in which entities are drawn decides which of them train.
    for (int tries = 0; tries < 5; tries++) {
      Outcome again = Pictures.train(config);
      assertThat(again.isNew()).isEqualTo(again.number() != first.number());
    }
  }

  @Test
  void aViewIsSampledThroughItsKeysQueryToo() throws SQLException {
    shop.execute(
        "CREATE TABLE albums (album text PRIMARY KEY, features json NOT NULL); CREATE TABLE album_pictures (id bigint PRIMARY KEY, album text NOT NULL)");
    shop.execute("INSERT INTO albums SELECT 'a:' || id, features FROM pictures WHERE id < 60");
    shop.execute("INSERT INTO album_pictures SELECT id, 'a:' || id FROM pictures WHERE id < 60");
    FreshetConfig config =
        shop.withViews(
            """
            albums:
              key: "album:{album}"
              load: SELECT album, features FROM public.albums WHERE album = ANY(:album)
              reads: [public.albums]
              watch:
                - table: public.album_pictures
                  by: [id]
                  keys: SELECT album FROM public.album_pictures WHERE id = ANY(:id::bigint[])
              codec: packed
            """);
    shop.migrate(config);
    assertThat(Pictures.train(config).documents()).isEqualTo(60);
    assertThat(shop.ask("SELECT view || version || codec FROM freshet.dictionary"))
        .isEqualTo("albums1packed");
  }

  @Test
  void aLargeTableIsSampledByBlocks() throws SQLException {
    FreshetConfig config = pictures.config("packed");
    shop.migrate(config);
    shop.execute(
        "INSERT INTO pictures SELECT 1000 + i, '{\"n\":[1,2,3],\"key\":\"value\"}' FROM generate_series(1, 30000) AS i; ANALYZE pictures");
    Outcome outcome =
        DictionaryTraining.run(
            config, config.views().get(0), 50, false, DictionaryTraining.ProgressListener.NONE);
    assertThat(outcome.documents()).isEqualTo(50);
    assertThat(outcome.version()).isEmpty();
    shop.execute("DELETE FROM pictures WHERE id > 100"); // the statistics are wrong now
    assertThat(Pictures.train(config).documents()).isEqualTo(101);
  }

  @Test
  void tooFewDocumentsMakeNone() throws SQLException {
    FreshetConfig config = pictures.config("packed");
    shop.migrate(config);
    shop.execute("DELETE FROM pictures WHERE id >= 19");
    assertThatThrownBy(() -> Pictures.train(config))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("of 19 entities drawn from public.pictures, 19 have a document")
        .hasMessageContaining("at least 20");
    shop.execute("TRUNCATE pictures");
    assertThatThrownBy(() -> Pictures.train(config)).hasMessageContaining("of 0 entities");
    assertThat(shop.ask("SELECT count(*) FROM freshet.dictionary")).isEqualTo("0");
  }

  @Test
  void aDictionaryThatSavesNothingIsNotStored() throws SQLException {
    FreshetConfig config = pictures.config("zstd");
    shop.migrate(config);
    shop.execute("UPDATE pictures SET features = to_json(id)");
    assertThatThrownBy(() -> Pictures.train(config)).isInstanceOf(TrainingException.class);
    assertThat(shop.ask("SELECT count(*) FROM freshet.dictionary")).isEqualTo("0");
  }

  @Test
  void aDaemonTrainsAtItsStartOnlyIfItIsTold() throws SQLException {
    long without;
    try (Daemon daemon = shop.start(pictures.config("packed"), Daemon.Options.DEFAULT)) {
      without = pictures.filledBytes(daemon.loader(), 0);
      assertThat(shop.ask("SELECT count(*) FROM freshet.dictionary")).isEqualTo("0");
    }
    String servers = shop.yaml().substring(0, shop.yaml().indexOf("views:"));
    FreshetConfig training =
        Shop.parse(
            servers
                + "dictionaries: {train-on-start: true}\nviews:\n"
                + Pictures.YAML.formatted("packed").indent(2));
    for (int starts = 0; starts < 2; starts++) {
      try (Daemon trainer = shop.start(training, Daemon.Options.DEFAULT)) {
        pictures.awaitWrittenShorter(trainer.loader(), 0, without);
      }
    }
    assertThat(shop.ask("SELECT string_agg(version || codec, ' ') FROM freshet.dictionary"))
        .isEqualTo("1packed");
  }
}
