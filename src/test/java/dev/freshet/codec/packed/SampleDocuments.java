package dev.freshet.codec.packed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
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
