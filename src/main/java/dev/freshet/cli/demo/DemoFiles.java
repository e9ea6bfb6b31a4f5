package dev.freshet.cli.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** What the demo ships in the jar, under {@code demo}. */
final class DemoFiles {
  private DemoFiles() {}

  /** A file's text. */
  static String text(String name) {
    try (InputStream in = open(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  /** The lines of a file that gzip has packed. */
  static List<String> packedLines(String name) {
    try (InputStream in = new GZIPInputStream(open(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  private static InputStream open(String name) throws IOException {
    InputStream in = DemoFiles.class.getResourceAsStream("/demo/" + name);
    if (in == null) {
      throw new IOException("it is not in the jar");
    }
    return in;
  }

  private static UncheckedIOException unreadable(String name, IOException e) {
    return new UncheckedIOException("the demo's file %s cannot be read".formatted(name), e);
  }
}
