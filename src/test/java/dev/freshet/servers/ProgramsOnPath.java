package dev.freshet.servers;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The programs of this machine that a test needs, or does without. */
public final class ProgramsOnPath {
  private ProgramsOnPath() {}

  /** The first program of a name in the directories of {@code PATH}. */
  public static Optional<Path> find(String name) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
