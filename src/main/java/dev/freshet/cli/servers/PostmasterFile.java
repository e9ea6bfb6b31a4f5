package dev.freshet.cli.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a Postgres says of itself in {@code postmaster.pid}: its pid in the first line, its state in
 * the eighth.
 *
 * @param data the server's data directory
 */
record PostmasterFile(Path data) {
  private static final int STATUS_LINE = 7;
  private static final Set<String> READY = Set.of("ready", "standby");

  /** Whether a server takes connections. */
  boolean isReady(Process started) {
    List<String> lines = lines();
    return lines.size() > STATUS_LINE
        && READY.contains(lines.get(STATUS_LINE).strip())
        && find(started).isPresent();
  }

  /**
   * The process that leads the server: what was started, or a descendant if a launcher stands
   * before it. A killed server leaves its pid behind, so the file alone proves nothing.
   */
  Optional<ProcessHandle> find(Process started) {
    List<String> lines = lines();
    if (lines.isEmpty() || !lines.get(0).matches("\\d{1,18}")) {
      return Optional.empty();
    }
    ProcessHandle root = started.toHandle();
    long pid = Long.parseLong(lines.get(0));
    return root.pid() == pid
        ? Optional.of(root)
        : root.descendants().filter(child -> child.pid() == pid).findFirst();
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(data.resolve("postmaster.pid"));
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new ServerFailedException("cannot read the state of the Postgres in " + data, e);
    }
  }
}
