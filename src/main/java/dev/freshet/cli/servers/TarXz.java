package dev.freshet.cli.servers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * Reads a {@code .tar.xz}, with its symbolic links and modes.
 *
 * <p>The only class that needs commons-compress and xz, which the runnable jar does not contain.
 */
final class TarXz {
  private static final int OWNER_EXECUTE = 0100;

  private TarXz() {}

  /**
   * Unpacks an archive.
   *
   * @param archive read to its end, not closed
   * @param target an existing directory; nothing is written outside it
   */
  static void unpack(InputStream archive, Path target) throws IOException {
    Map<Path, String> links = new LinkedHashMap<>();
    TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(archive));
    for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
      Path path = inside(target, target.resolve(entry.getName()), entry);
      if (entry.isDirectory()) {
        Files.createDirectories(path);
      } else if (entry.isSymbolicLink()) {
        inside(target, path.resolveSibling(entry.getLinkName()), entry);
        links.put(path, entry.getLinkName());
      } else if (entry.isFile()) {
        Files.createDirectories(path.getParent());
        Files.copy(tar, path);
        boolean isProgram = (entry.getMode() & OWNER_EXECUTE) != 0;
        ServerDirectory.allow(path, isProgram ? "rwxr-xr-x" : "rw-r--r--");
      } else {
        throw new IOException("the archive's entry " + entry.getName() + " is of no known kind");
      }
    }
    // Links last: no file can then be written through one.
    for (Map.Entry<Path, String> link : links.entrySet()) {
      Files.createDirectories(link.getKey().getParent());
      Files.createSymbolicLink(link.getKey(), Path.of(link.getValue()));
    }
  }

  private static Path inside(Path target, Path path, TarArchiveEntry entry) throws IOException {
    Path normal = path.normalize();
    if (!normal.startsWith(target)) {
      throw new IOException("the archive's entry " + entry.getName() + " leads outside");
    }
    return normal;
  }
}
