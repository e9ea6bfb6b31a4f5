package dev.freshet.cli.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * JSON documents, and others like them that dictionaries may be trained on.
 *
 * @param measured none of them is among the others
 */
record MeasuredDocuments(List<String> measured, List<String> training) {
  private static final int DOCUMENTS_MIN = 20;

  MeasuredDocuments {
    measured = List.copyOf(measured);
    training = List.copyOf(training);
  }

  /**
   * Reads what the settings name.
   *
   * @throws IllegalArgumentException if a file cannot be read, or holds too few documents; begins
   *     with the setting's name
   */
  static MeasuredDocuments of(MemorySettings settings) {
    List<String> documents =
        settings
            .documents()
            .map(file -> lines("documents", file))
            .orElse(List.of(ImageTable.sample()));
    if (settings.training().isPresent()) {
      return new MeasuredDocuments(documents, lines("train", settings.training().get()));
    }
    List<String> even = new ArrayList<>();
    List<String> odd = new ArrayList<>();
    for (String document : documents) {
      (even.size() == odd.size() ? even : odd).add(document);
    }
    return new MeasuredDocuments(even, odd);
  }

  private static List<String> lines(String setting, Path file) {
    boolean isCompressed = file.toString().endsWith(".gz");
    try (InputStream bytes = Files.newInputStream(file);
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(
                    isCompressed ? new GZIPInputStream(bytes) : bytes, StandardCharsets.UTF_8))) {
      List<String> lines = reader.lines().filter(line -> !line.isBlank()).toList();
      if (lines.size() < DOCUMENTS_MIN) {
        throw new IllegalArgumentException(
            "%s: %s holds %d documents, one a line; at least %d are needed"
                .formatted(setting, file, lines.size(), DOCUMENTS_MIN));
      }
      return lines;
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("%s: there is no file %s".formatted(setting, file), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "%s: %s cannot be read: %s".formatted(setting, file, e.getMessage()), e);
    }
  }
}
