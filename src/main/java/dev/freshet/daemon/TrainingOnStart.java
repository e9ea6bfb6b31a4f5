package dev.freshet.daemon;

import dev.freshet.config.FreshetConfig;
import dev.freshet.eviction.KeyResolver.KeysQueryFailedException;
import dev.freshet.loading.LoadFailedException;
import dev.freshet.postgres.PostgresDictionaries;
import dev.freshet.postgres.PostgresRefusedException;
import dev.freshet.view.FeatureView;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trains a dictionary for each view that could use one and has none, each once. */
final class TrainingOnStart implements Runnable {
  private static final Logger log = LoggerFactory.getLogger("freshet.dictionaries");

  private final FreshetConfig config;
  private final PostgresDictionaries dictionaries;
  private final List<FeatureView> left;

  TrainingOnStart(FreshetConfig config, PostgresDictionaries dictionaries) {
    this.config = config;
    this.dictionaries = dictionaries;
    this.left =
        new ArrayList<>(
            config.views().stream()
                .filter(view -> DictionaryTraining.codecOf(view).isPresent())
                .toList());
  }

  /** Goes on with the views that are left; what a server that is away keeps from it stays left. */
  @Override
  public void run() {
    while (!left.isEmpty() && !Thread.currentThread().isInterrupted()) {
      FeatureView view = left.get(0);
      if (dictionaries.newest(view).isEmpty()) {
        train(view);
      }
      left.remove(0);
    }
  }

  private void train(FeatureView view) {
    try {
      DictionaryTraining.Outcome outcome =
          DictionaryTraining.run(
              config,
              view,
              DictionaryTraining.SAMPLE_DEFAULT,
              true,
              DictionaryTraining.ProgressListener.NONE);
      log.info(
          "trained a dictionary view={} version={} documents={} measured={} bytes_without={} bytes_with={}",
          view.name(),
          outcome.version().orElseThrow(),
          outcome.documents(),
          outcome.measured(),
          outcome.withoutBytes(),
          outcome.withBytes());
    } catch (TrainingException e) {
      log.info("trained no dictionary: {}", e.getMessage());
    } catch (LoadFailedException | PostgresRefusedException | KeysQueryFailedException e) {
      log.warn("trained no dictionary, and will not until the next start: {}", e.getMessage());
    }
  }
}
