package dev.freshet.cli.servers;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Stream;

/**
 * The cache of what artifacts on the class path contain, unpacked once for all JVMs of a user.
 *
 * <p>An entry is named after its content's hash and appears by an atomic rename, so that JVMs which
 * start at the same moment do not meet half of one. It states how many files it has: those who
 * clean temporary directories by age leave entries with holes, and such an entry is replaced.
 */
final class UnpackedArtifact {
  private static final String COMPLETE = ".complete";
  private static final int TRIES = 3;

  private UnpackedArtifact() {}

  /** How a resource becomes files. */
  @FunctionalInterface
  interface Unpacking {
    void unpack(InputStream resource, Path target) throws IOException;
  }

  /**
   * The directory with a resource's files, which every user can read.
   *
   * @param resource on the class path
   * @param name the entry's, for people who look into the cache
   */
  static Path of(URL resource, String name, Unpacking unpacking) throws IOException {
    Path cache = cache();
    Path entry = cache.resolve(name + "-" + hash(resource));
    for (int i = 0; i < TRIES && !isComplete(entry); i++) {
      Path fresh = Files.createTempDirectory(cache, ".unpacking-");
      EndsWithJvm.Registration registration =
          EndsWithJvm.register("unpacking of " + name, () -> ServerDirectory.delete(fresh));
      try (InputStream in = resource.openStream()) {
        unpacking.unpack(in, fresh);
        publish(fresh, entry);
      } finally {
        ServerDirectory.delete(fresh);
        registration.close();
      }
    }
    if (!isComplete(entry)) {
      throw new IOException("another process keeps changing " + entry);
    }
    return entry;
  }

  private static void publish(Path fresh, Path entry) throws IOException {
    try (Stream<Path> paths = Files.walk(fresh)) {
      for (Path directory : paths.filter(UnpackedArtifact::isDirectory).toList()) {
        ServerDirectory.allow(directory, "rwxr-xr-x");
      }
    }
    Files.writeString(fresh.resolve(COMPLETE), Long.toString(files(fresh)));
    try {
      Files.move(fresh, entry, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw e;
    } catch (FileSystemException e) {
      if (!Files.isDirectory(entry)) {
        throw e;
      }
      if (!isComplete(entry)) { // has holes: out of the way with it; the caller tries again
        Path broken = Files.createTempDirectory(entry.getParent(), ".broken-");
        Files.move(entry, broken.resolve("entry"), StandardCopyOption.ATOMIC_MOVE);
        ServerDirectory.delete(broken);
      }
    }
  }

  private static boolean isComplete(Path entry) throws IOException {
    Path marker = entry.resolve(COMPLETE);
    return Files.isRegularFile(marker)
        && Files.readString(marker).equals(Long.toString(files(entry)));
  }

  /** How many files and links a directory has, but for the marker. */
  private static long files(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths.filter(path -> !isDirectory(path) && !path.endsWith(COMPLETE)).count();
    }
  }

  private static boolean isDirectory(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** The user's own cache. Programs are run from it, so nobody else may be able to write there. */
  private static Path cache() throws IOException {
    int uid = ServerDirectory.ownUid();
    Path cache = ServerDirectory.base(uid == 0).resolve("freshet-servers-" + uid);
    if (!isDirectory(cache)) {
      Files.createDirectories(cache);
    }
    if (!isDirectory(cache) || ServerDirectory.uid(cache) != uid) {
      throw new IOException(cache + " belongs to somebody else; remove it");
    }
    ServerDirectory.allow(cache, "rwxr-xr-x");
    return cache;
  }

  private static String hash(URL resource) throws IOException {
    try (DigestInputStream in =
        new DigestInputStream(resource.openStream(), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
