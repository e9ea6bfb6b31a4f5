package dev.freshet.cli.servers;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Where installations keep the programs of servers: the PATH first, then the usual places. */
final class Installed {
  private Installed() {}

  /** The directories that may hold {@code initdb} and {@code postgres}. */
  static Collection<Path> postgresBins() {
    Set<Path> bins = path();
    bins.addAll(newestFirst(Path.of("/usr/lib/postgresql"), "*")); // Debian
    bins.addAll(newestFirst(Path.of("/usr"), "pgsql-*")); // the PostgreSQL project's, for Red Hat
    bins.add(Path.of("/usr/local/pgsql/bin"));
    bins.addAll(newestFirst(Path.of("/opt/homebrew/opt"), "postgresql@*"));
    bins.addAll(newestFirst(Path.of("/usr/local/opt"), "postgresql@*"));
    bins.addAll(List.of(Path.of("/opt/homebrew/bin"), Path.of("/usr/local/bin")));
    return bins;
  }

  /** The files that may be a Redis or a Valkey. */
  static Collection<Path> redisPrograms() {
    Set<Path> bins = path();
    bins.addAll(
        List.of(Path.of("/usr/bin"), Path.of("/usr/local/bin"), Path.of("/opt/homebrew/bin")));
    List<Path> programs = new ArrayList<>();
    for (Path bin : bins) {
      programs.add(bin.resolve("redis-server"));
      programs.add(bin.resolve("valkey-server"));
    }
    return programs;
  }

  private static Set<Path> path() {
    String path = System.getenv("PATH");
    Set<Path> directories = new LinkedHashSet<>();
    Arrays.stream((path == null ? "" : path).split(File.pathSeparator, -1))
        .filter(directory -> directory.startsWith("/") && directory.indexOf(0) < 0)
        .map(Path::of)
        .forEach(directories::add);
    return directories;
  }

  private static List<Path> newestFirst(Path parent, String glob) {
    List<Path> versions = new ArrayList<>();
    if (Files.isDirectory(parent)) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(parent, glob)) {
        found.forEach(versions::add);
      } catch (IOException | DirectoryIteratorException e) {
        return List.of(); // not ours to look into
      }
    }
    versions.sort(Comparator.comparingInt(Installed::number).reversed());
    return versions.stream().map(version -> version.resolve("bin")).toList();
  }

  /** The number in a directory's name, as 17 in {@code postgresql@17}. */
  private static int number(Path version) {
    String digits = String.valueOf(version.getFileName()).replaceAll("\\D", "");
    return digits.isEmpty() || digits.length() > 6 ? 0 : Integer.parseInt(digits);
  }
}
