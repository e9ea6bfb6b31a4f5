package dev.freshet.cli.bench;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What {@link MemoryBench} does.
 *
 * @param documents a file of JSON documents, one a line, perhaps compressed by gzip; empty for the
 *     demo's
 * @param training another such file, on which dictionaries are trained; empty: every second line of
 *     the documents trains, and the others are measured
 * @param keys how many keys are loaded in each form; documents are taken again where there are
 *     fewer
 */
public record MemorySettings(Optional<Path> documents, Optional<Path> training, int keys) {
  private static final int KEYS_MAX = 1_000_000;

  public MemorySettings {
    if (keys < 1 || keys > KEYS_MAX) {
      throw new IllegalArgumentException(
          "keys %d is out of range; write 1 to %d".formatted(keys, KEYS_MAX));
    }
    if (training.isPresent() && documents.isEmpty()) {
      throw new IllegalArgumentException(
          "train: names documents to train on, but not those to measure; write --documents too");
    }
  }
}
