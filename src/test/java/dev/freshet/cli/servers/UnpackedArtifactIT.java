package dev.freshet.cli.servers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackedArtifactIT {
  private static final int FILES = 50;

  private final String name = "test-" + UUID.randomUUID();
  private final List<Path> entries = new ArrayList<>();

  @AfterEach
  void deleteEntries() {
    entries.forEach(ServerDirectory::delete);
  }

  @Test
  void thoseWhoUnpackAtOnceAllGetAWholeEntry(@TempDir Path resources) throws Exception {
    URL resource = resource(resources, "content");
    int threads = 4;
    CountDownLatch together = new CountDownLatch(threads);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Integer>> seen = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        seen.add(
            pool.submit(
                () ->
                    files(
                        unpacked(
                            resource,
                            (in, target) -> {
                              together.countDown();
                              together.await();
                              write(in, target);
                            }))));
      }
      for (Future<Integer> files : seen) {
        assertThat(files.get()).isEqualTo(FILES);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void anEntryIsUnpackedOnceAndAgainWhenItHasHoles(@TempDir Path resources) throws Exception {
    URL resource = resource(resources, "content");
    Path entry = unpacked(resource, UnpackedArtifactIT::write);

    assertThat(unpacked(resource, (in, target) -> fail())).isEqualTo(entry);

    Files.delete(entry.resolve("7"));
    assertThat(unpacked(resource, UnpackedArtifactIT::write)).isEqualTo(entry);
    assertThat(files(entry)).isEqualTo(FILES);
  }

  @Test
  void anotherContentIsAnotherEntry(@TempDir Path resources) throws Exception {
    Path one = unpacked(resource(resources, "one"), UnpackedArtifactIT::write);
    Path two = unpacked(resource(resources, "two"), UnpackedArtifactIT::write);

    assertThat(two).isNotEqualTo(one);
    assertThat(two.resolve("0")).hasContent("two");
  }

  private static void fail() throws IOException {
    throw new IOException("unpacked although it was there");
  }

  /** An unpacking that may wait. */
  private interface Waiting {
    void unpack(InputStream in, Path target) throws IOException, InterruptedException;
  }

  private Path unpacked(URL resource, Waiting unpacking) throws IOException {
    Path entry =
        UnpackedArtifact.of(
            resource,
            name,
            (in, target) -> {
              try {
                unpacking.unpack(in, target);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
              }
            });
    synchronized (entries) {
      entries.add(entry);
    }
    return entry;
  }

  private static URL resource(Path resources, String content) throws IOException {
    return Files.writeString(resources.resolve(content), content).toUri().toURL();
  }

  private static void write(InputStream in, Path target) throws IOException {
    byte[] content = in.readAllBytes();
    for (int i = 0; i < FILES; i++) {
      Files.write(target.resolve(Integer.toString(i)), content);
    }
  }

  private static int files(Path entry) {
    String[] names = entry.toFile().list((directory, name) -> !name.startsWith("."));
    return names == null ? -1 : names.length;
  }
}
