package dev.freshet.codec.times;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.freshet.codec.packed.SampleDocuments;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Documents whose reading is measured, and others like them that dictionaries are trained on.
 *
 * @param measured minified JSON in UTF-8; none of them is among the others
 */
record TimedDocuments(List<byte[]> measured, List<byte[]> training) {
  /** The demo's documents, every second of which trains. */
  static final String DEMO = "demo";

  /** A directory that holds {@code NAME-test.jsonl} and {@code NAME-train.jsonl}. */
  static final String DIRECTORY = "codec.documents";

  static TimedDocuments named(String dataset) {
    if (!dataset.equals(DEMO)) {
      return new TimedDocuments(lines(file(dataset, "test")), lines(file(dataset, "train")));
    }
    List<byte[]> all = SampleDocuments.fast();
    return new TimedDocuments(everySecond(all, 0), everySecond(all, 1));
  }

  /** Which of some data sets the directory holds; the demo's documents if there is none. */
  static List<String> availableOf(List<String> datasets) {
    List<String> found =
        System.getProperty(DIRECTORY, "").isEmpty()
            ? List.of()
            : datasets.stream().filter(name -> Files.exists(file(name, "test"))).toList();
    return found.isEmpty() ? List.of(DEMO) : found;
  }

  private static Path file(String dataset, String half) {
    return Path.of(System.getProperty(DIRECTORY, ""), dataset + "-" + half + ".jsonl");
  }

  private static List<byte[]> everySecond(List<byte[]> all, int from) {
    return IntStream.range(0, all.size()).filter(i -> i % 2 == from).mapToObj(all::get).toList();
  }

  private static List<byte[]> lines(Path file) {
    try {
      return bytes(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    }
  }

  private static List<byte[]> bytes(String lines) {
    return lines.lines().filter(line -> !line.isBlank()).map(line -> line.getBytes(UTF_8)).toList();
  }
}
