package dev.freshet.cli.servers;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The temporary directories of servers: where they can be, who owns them, how they go. */
final class ServerDirectory {
  private ServerDirectory() {}

  /**
   * Creates a server's own directory.
   *
   * @param name part of the directory's name
   * @param isForOthers whether a server of another user must reach what is in it
   */
  static Path create(String name, boolean isForOthers) {
    Path base = base(isForOthers);
    try {
      Path directory = Files.createTempDirectory(base, "freshet-" + name + "-");
      if (isForOthers) {
        allow(directory, "rwx--x--x");
      }
      return directory;
    } catch (IOException e) {
      throw new ServerFailedException("cannot create a directory for " + name + " in " + base, e);
    }
  }

  /**
   * The directory for temporary files.
   *
   * @param isForOthers whether another user must be able to pass through it and all its parents
   */
  static Path base(boolean isForOthers) {
    Set<Path> candidates = new LinkedHashSet<>();
    candidates.add(Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath());
    if (isForOthers) {
      candidates.add(Path.of("/tmp"));
      candidates.add(Path.of("/var/tmp"));
    }
    List<String> closed = new ArrayList<>();
    for (Path candidate : candidates) {
      Path barrier = isForOthers ? firstClosedToOthers(candidate) : null;
      if (barrier == null && Files.isWritable(candidate)) {
        return candidate;
      }
      closed.add("%s (%s)".formatted(candidate, barrier == null ? "not writable" : barrier));
    }
    throw new ServerFailedException(
        "no directory for a server's files: the user that runs it cannot enter %s; set -Djava.io.tmpdir to one that every user can enter"
            .formatted(String.join(", ", closed)));
  }

  private static @Nullable Path firstClosedToOthers(Path directory) {
    try {
      for (Path at = directory.toRealPath(); at != null; at = at.getParent()) {
        if (!Files.getPosixFilePermissions(at).contains(PosixFilePermission.OTHERS_EXECUTE)) {
          return at;
        }
      }
      return null;
    } catch (IOException e) {
      return directory;
    }
  }

  /** The user id that this JVM creates files as. */
  static int ownUid() {
    try {
      Path probe = Files.createTempFile("freshet-", ".uid");
      try {
        return uid(probe);
      } finally {
        Files.delete(probe);
      }
    } catch (IOException e) {
      throw new ServerFailedException("cannot create a temporary file", e);
    }
  }

  /** The user id that owns a file. */
  static int uid(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:uid");
  }

  /** Sets a file's permissions, as {@code rwxr-xr-x}, whatever the umask is. */
  static void allow(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  /** Deletes a directory with all that is in it; follows no links. */
  static void delete(Path directory) {
    try {
      Files.walkFileTree(directory, new Deletion());
    } catch (NoSuchFileException e) {
      return; // gone already
    } catch (IOException e) {
      throw new ServerFailedException("cannot delete " + directory, e);
    }
  }

  /** Copies a directory with all that is in it, owners and permissions too. */
  static void copy(Path from, Path to) throws IOException {
    List<Path> found;
    try (Stream<Path> all = Files.walk(from)) {
      found = all.toList();
    }
    for (Path path : found) {
      Path target = to.resolve(from.relativize(path).toString());
      Files.copy(path, target, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
    }
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw e;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
        throws IOException {
      if (e != null) {
        throw e;
      }
      Files.deleteIfExists(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
