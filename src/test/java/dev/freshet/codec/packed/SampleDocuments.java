package dev.freshet.codec.packed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** Features of real pictures. */
public final class SampleDocuments {
  private SampleDocuments() {}

  /** The demo's. */
  public static List<byte[]> fast() {
    return read("/demo/features-sample.jsonl.gz");
  }

  static List<byte[]> standard() {
    return read("/features/features-standard-60.jsonl.gz");
  }

  static List<byte[]> full() {
    return read("/features/features-full-8.jsonl.gz");
  }

  /** All of these, and those in compressed files of a directory that a property names. */
  static void everyOne(Consumer<byte[]> check) throws IOException {
    Stream.of(fast(), standard(), full()).flatMap(List::stream).forEach(check);
    String directory = System.getProperty("freshet.packed.documents");
    if (directory == null) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of(directory), "*.jsonl.gz")) {
      for (Path file : files) {
        try (BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), UTF_8))) {
          lines.lines().map(line -> line.getBytes(UTF_8)).forEach(check);
        }
      }
    }
  }

  private static List<byte[]> read(String resource) {
    try (InputStream lines =
        new GZIPInputStream(
            Objects.requireNonNull(SampleDocuments.class.getResourceAsStream(resource)))) {
      return new String(lines.readAllBytes(), UTF_8)
          .lines()
          .map(line -> line.getBytes(UTF_8))
          .toList();
    } catch (IOException e) {
      throw new AssertionError(resource + " cannot be read", e);
    }
  }
}
